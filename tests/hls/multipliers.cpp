// How many products a step of a schedule has: cells that count, and pragmas that begin steps.
//
// The program prints, for every kernel and reuse factor: products, factor, steps, products of the
// largest step.
#define ISOBIT_HLS_DIALECT "counting_dialect.hpp"
#include <cstdio>

#include "hls_kernels/policy/words.hpp"
#include "hls_kernels/schedule/kernels.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace {

struct counting : cells::dense {
  template <class S, class X, class W, class A>
  static S step(const S& sum, const X& x, const W& weight, const A& accumulator) {
    counted::product();
    return cells::dense::step(sum, x, weight, accumulator);
  }
};

using format = fmt<8, 0, true>;
template <int N>
struct ones : kernels::constant<ones<N>, format, N> {
  static const std::int8_t* data() {
    static const std::int8_t all[N] = {1};
    return all;
  }
};
template <int Positions, int Taps>
struct places {
  static const std::int32_t* pixels() {
    static const std::int32_t all[Positions * Taps] = {0};
    return all;
  }
};

template <class Kernel, class X, class Y, class Schedule>
void report(const char* name, int positions, int products, int factor) {
  kernels::array<words, X> x = {};
  kernels::array<words, Y> y = {};
  counted::begin();
  Kernel::template run<Schedule>(y, x);
  std::printf("%s %d %d %d %d %d\n", name, positions, products, factor, counted::steps,
              counted::most);
}

template <int Rows, int In, int Out, int... R>
void matrix() {
  using x = kernels::tensor<format, Rows * In>;
  using y = kernels::tensor<format, Rows * Out>;
  using kernel = kernels::matrix<words, counting, Rows, In, Out, x, ones<In * Out>, ones<Out>,
                                 kernels::exact, y>;
  report<kernel, x, y, kernels::parallel<1>>("parallel", Rows, Rows * In * Out, 1);
  const int done[] = {(report<kernel, x, y, kernels::reuse<R>>("reuse", Rows, In * Out, R), 0)...};
  static_cast<void>(done);
}

template <int Positions, int Groups, int In, int Out, int Taps, int... R>
void convolution() {
  using x = kernels::tensor<format, Groups * In>;
  using y = kernels::tensor<format, Positions * Groups * Out>;
  constexpr int products = Taps * In * Groups * Out;
  using kernel =
      kernels::convolution<words, counting, Positions, Groups, In, Out, Taps, x, ones<products>,
                           ones<Groups * Out>, kernels::exact, y, places<Positions, Taps>>;
  const int done[] = {
      (report<kernel, x, y, kernels::reuse<R>>("reuse", Positions, products, R), 0)...};
  static_cast<void>(done);
}

}  // namespace
}  // namespace ISOBIT_ISA
}  // namespace isobit

int main() {
  isobit::matrix<1, 12, 10, 1, 2, 3, 4, 6, 12, 24, 60, 120>();
  isobit::matrix<3, 8, 5, 1, 4, 8, 40>();
  isobit::convolution<4, 1, 3, 6, 5, 1, 3, 5, 15, 30, 45, 90>();
  isobit::convolution<2, 3, 2, 2, 4, 1, 2, 8, 16, 48>();
}
