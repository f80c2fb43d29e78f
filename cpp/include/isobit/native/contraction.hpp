// Matrices that both depend on the data.
#ifndef ISOBIT_NATIVE_CONTRACTION_HPP
#define ISOBIT_NATIVE_CONTRACTION_HPP

#include "isobit/native/rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// Pairs of matrices N x K by K x M to their products, a register of columns at a time. D supplies
// `begins()`: two for each pair. Offset: room for two long rows of registers.
// A register may reach past a row of Y: columns go from the last to the first, so that what it
// reaches is written afterwards, or is padding.
template <class P, class Cell, int Pairs, int N, int K, int M, class A, class B, class Y,
          class Accumulator, class D, std::size_t Offset>
struct contraction {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    using a_format = typename A::format_type;
    using b_format = typename B::format_type;
    using out = typename Y::format_type;
    constexpr int width = carrier<P>::width(), tiles = (M + width - 1) / width;
    row<word<P, a_format>, K, Offset> left(w);
    row<word<P, b_format>, K, Offset + K * sizeof(word<P, a_format>)> panel(w);
    for (int p = 0; p < Pairs; ++p) {
      const int a = D::begins()[2 * p], b = D::begins()[2 * p + 1];
      for (int tile = tiles - 1; tile >= 0; --tile) {
        const int column = tile * width;
        for (int i = 0; i < K; ++i) panel.data()[i] = B::template at<P>(w, b + i * M + column).raw;
        for (int n = 0; n < N; ++n) {
          for (int i = 0; i < K; ++i)
            left.data()[i] = carrier<P>::broadcast(A::data(w)[a + n * K + i]);
          word<P, out> result;
          Cell::template columns<1>(count<K>(), view<P, a_format>(a_format(), left.data()),
                                    view<P, b_format>(b_format(), panel.data()), 1,
                                    Accumulator::template at<P>(0), view<P, out>(out(), &result));
          Y::template put<P>(w, (p * N + n) * M + column, num<P, out>(out(), result));
        }
      }
    }
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
