// One program used by eight threads at once, each with several workers, gives the bits of the
// scalar reference on every lane and instruction set. Run under ThreadSanitizer and
// AddressSanitizer too.
#include <cstdio>
#include <random>
#include <thread>

#include "engine/program.hpp"

using namespace isobit;
using namespace isobit::engine;

namespace {

std::mt19937_64 generator(3);

constant random_constant(int n, const dyn& f) {
  std::vector<int128> raws;
  for (int i = 0; i < n; ++i) {
    const auto range = highest_raw(f) - lowest_raw(f) + 1;
    raws.push_back(lowest_raw(f) + static_cast<int128>(generator()) % range);
  }
  return {f, raws, std::vector<double>(raws.size())};
}

operation dense(int from, int to, int n_in, int n_out) {
  operation op;
  op.cell = find_cell("dense");
  op.inputs = {from};
  op.output = to;
  op.formats = {dyn()};
  op.constants = {random_constant(n_in * n_out, dyn(8, 6, true)),
                  random_constant(n_out, dyn(12, 8, true))};
  op.ints = {1, n_in, n_out};
  return op;
}

operation relu(int from, int to) {
  operation op;
  op.cell = find_cell("relu");
  op.inputs = {from};
  op.output = to;
  return op;
}

description tagger() {
  const dyn f(16, 10, true, rounding::rnd, overflow::sat);
  description net;
  for (int size : {16, 33, 33, 5}) net.tensors.push_back({size, f});
  net.operations = {dense(0, 1, 16, 33), relu(1, 2), dense(2, 3, 33, 5)};
  net.inputs = {0};
  net.outputs = {3};
  return net;
}

}  // namespace

int main() {
  const program p(tagger());
  const std::int64_t samples = 4099;
  std::vector<float> x(static_cast<std::size_t>(samples) * 16);
  std::normal_distribution<float> normal(0, 12);
  for (float& v : x) v = normal(generator);
  const auto run = [&](const run_options& options) {
    std::vector<float> y(static_cast<std::size_t>(samples) * 5);
    p.run({{element::f32, x.data()}}, samples, {{3, element::f32, y.data()}}, options);
    return y;
  };
  const std::vector<float> want = run({1, lane::i128, &isa_generic()});
  std::vector<long> differences(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      const isa_kernels* const* isas = nullptr;
      const int n = usable_isas(isas);
      for (int i = 0; i < n; ++i)
        for (lane l : {lane::i16, lane::i32, lane::i64}) {
          const auto got = run({1 + t % 3, l, isas[i]});
          for (std::size_t k = 0; k < got.size(); ++k)
            differences[static_cast<std::size_t>(t)] += got[k] != want[k];
        }
    });
  for (std::thread& t : threads) t.join();
  long all = 0;
  for (long d : differences) all += d;
  float low = want[0], high = want[0];
  for (float v : want) {
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  std::printf("%ld differing values; outputs from %g to %g\n", all, static_cast<double>(low),
              static_cast<double>(high));
  return all == 0 && low < high ? 0 : 1;
}
