// Question: what one dense layer costs in C++, on every instruction set of the engine, against
// Eigen's float32 product on the instruction set that this file is compiled for. One thread, one
// pinned core, float32 in and out, turns and smallest processor times as in measuring/clock.py.
#ifdef __linux__
#include <sched.h>
#endif

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "engine/cell_table.hpp"
#include "engine/program.hpp"

using namespace isobit;
using namespace isobit::engine;

namespace {

using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr int batch = 1024, rounds = 200;
const dyn format(16, 10, true, rounding::rnd, overflow::sat);

struct contestant {
  std::string name;
  std::function<void()> run;
  double best = 1e9;  // seconds of one call
};

// To the last core that this process may use, where the system offers that.
void pin() {
#ifdef __linux__
  cpu_set_t cores, last;
  sched_getaffinity(0, sizeof cores, &cores);
  CPU_ZERO(&last);
  for (int i = CPU_SETSIZE - 1; i >= 0 && CPU_COUNT(&last) == 0; --i)
    if (CPU_ISSET(i, &cores)) CPU_SET(i, &last);
  sched_setaffinity(0, sizeof last, &last);
#endif
}

double now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

int cell_number(const std::string& name) {
  int size = 0;
  const auto* table = engine_kernels::cell_table<scalar<int128>>(size);
  return static_cast<int>(
      std::find_if(table, table + size, [&](const auto& cell) { return name == cell.name; }) -
      table);
}

constant quantized(const matrix& values) {
  constant c;
  c.format = format;
  for (Eigen::Index i = 0; i < values.size(); ++i) {
    c.raws.push_back(static_cast<int128>(std::lround(std::ldexp(values.data()[i], format.frac()))));
    c.values.push_back(values.data()[i]);
  }
  return c;
}

description layer(const matrix& weight, const matrix& bias) {
  const int n_in = static_cast<int>(weight.rows()), n_out = static_cast<int>(weight.cols());
  operation op;
  op.cell = cell_number("dense");
  op.inputs = {0};
  op.output = 1;
  op.formats = {dyn()};
  op.constants = {quantized(weight), quantized(bias)};
  op.ints = {1, n_in, n_out};
  description net;
  net.tensors = {{n_in, format}, {n_out, format}};
  net.inputs = {0};
  net.outputs = {1};
  net.operations = {op};
  return net;
}

// Every contestant once a round, in alternating order.
void race(std::vector<contestant>& all) {
  for (contestant& c : all) c.run();
  for (int round = 0; round < rounds; ++round) {
    for (contestant& c : all) {
      const double start = now();
      c.run();
      c.best = std::min(c.best, now() - start);
    }
    std::reverse(all.begin(), all.end());
  }
}

// The engine's kernels of this instruction set; null where the processor has none of it.
const isa_kernels* kernels() {
  const isa_kernels* const* all = nullptr;
  const int n = usable_isas(all);
  const auto* const* found = std::find_if(all, all + n, [](const isa_kernels* k) {
    return std::string(ISOBIT_BENCHMARK_ISA) == k->name;
  });
  return found == all + n ? nullptr : *found;
}

void measure(int n_in, int n_out, const isa_kernels& isa) {
  std::srand(1);
  const matrix x = 4 * matrix::Random(batch, n_in), weight = matrix::Random(n_in, n_out);
  const matrix bias = matrix::Random(1, n_out);
  matrix y(batch, n_out), y_float(batch, n_out);
  const program p(layer(weight, bias));
  const run_options options = {1, lane::i16, &isa};
  std::vector<contestant> both = {
      {"isobit",
       [&] { p.run({{element::f32, x.data()}}, batch, {{1, element::f32, y.data()}}, options); }},
      {"Eigen",
       [&] {
         y_float.noalias() = x * weight;
         y_float.rowwise() += bias.row(0);
       }},
  };
  race(both);
  const double isobit = both[0].best / batch, eigen = both[1].best / batch;
  std::printf("| %d x %d | %s | %.1f | %.1f | %.2f |\n", n_in, n_out, ISOBIT_BENCHMARK_ISA,
              1e9 * isobit, 1e9 * eigen, isobit / eigen);
}

}  // namespace

int main() {
  const isa_kernels* isa = kernels();
  if (isa == nullptr) {
    std::printf("missing: this processor does not have %s\n", ISOBIT_BENCHMARK_ISA);
    return 0;
  }
  pin();
  std::printf(
      "| layer | instructions | isobit fixed<16,6> [ns/sample] | Eigen float32 [ns/sample] | ratio "
      "|\n");
  std::printf("| --- | --- | ---: | ---: | ---: |\n");
  for (const auto& [n_in, n_out] : {std::pair{16, 64}, {64, 32}, {64, 64}, {256, 256}})
    measure(n_in, n_out, *isa);
}
