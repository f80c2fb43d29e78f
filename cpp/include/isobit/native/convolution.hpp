// Convolutions: every position sums over the taps of the kernel that meet an input pixel.
#ifndef ISOBIT_NATIVE_CONVOLUTION_HPP
#define ISOBIT_NATIVE_CONVOLUTION_HPP

#include "isobit/native/matrix.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// The sizes of a convolution: output positions, groups, channels of a group in and out, taps of the
// kernel. D supplies `data()`: for each position the pixel that each tap meets, -1 in the padding.
template <class D, int Positions, int Groups, int In, int Out, int Taps>
struct windows_of {
  static constexpr int positions = Positions, groups = Groups, in = In, out = Out, taps = Taps;

  static window<count<Taps * In>, count<In>, int> at(int p, std::ptrdiff_t row_words,
                                                     const void* padding) {
    return {{}, {}, Taps, D::data() + std::ptrdiff_t{p} * Taps, Groups * row_words, padding};
  }
};

// Registers of neighbouring channels, as native::matrix. Rows of X are those of the channels of one
// group, in whole words; W holds panels of `lanes` channels, each [tap][word][lane], group by
// group; Z is such a row of zeros. Offset: room for X in such rows.
template <class P, int K, class S, int Add, class Cell, class Windows, class X, class W, class B,
          class Z, class A, class F, class Y, std::size_t Offset, class... Then>
struct convolution {
  static_assert(K != 4 || std::is_signed<S>::value == dot_bytes_signed,
                "bytes are packed for another instruction set than the compiler was told of");

  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    const void* rows = packed(w);
    int p = 0;
    // With groups, what a register writes behind a row must come before the next row.
    for (; Windows::groups == 1 && p + 8 <= Windows::positions; p += 8) group<8>(w, rows, p, 0);
    for (; p < Windows::positions; ++p)
      for (int g = 0; g < Windows::groups; ++g) group<1>(w, rows, p, g);
  }

 private:
  using vec = typename P::vec;
  using word_type = typename P::word_type;
  static constexpr int lanes = P::width, words = (Windows::in + K - 1) / K,
                       panels = (Windows::out + lanes - 1) / lanes,
                       whole_panels = Windows::out / lanes;
  // What follows the sum: the same registers, with tables.
  using behind = neurons<word_type, lanes>;

  // The rows in words: in place where X lies in memory like this.
  static const void* packed(unsigned char* w) {
    constexpr bool as_it_is =
        Add == 0 && sizeof(S) == sizeof(typename X::storage_type) && Windows::in % K == 0;
    if (as_it_is) return X::data(w);
    S* to = reinterpret_cast<S*>(w + Offset);
    for (int r = 0; r < X::size() / Windows::in; ++r)
      for (int i = 0; i < Windows::in; ++i)
        to[r * words * K + i] = static_cast<S>(X::data(w)[r * Windows::in + i] + Add);
    return to;
  }

  // A panel that is not full first: behind its row it writes where a full one comes next.
  template <int N>
  static void group(unsigned char* w, const void* rows, int p, int g) {
    if (panels > whole_panels) panel<N>(w, rows, p, g, whole_panels);
    for (int j = 0; j < whole_panels; ++j) panel<N>(w, rows, p, g, j);
  }

  template <int N>
  static void panel(unsigned char* w, const void* rows, int p, int g, int j) {
    using x_format = typename X::format_type;
    using weight = typename W::format_type;
    using bias = typename B::format_type;
    using sum = decltype(Cell::total_format(count<Windows::taps * Windows::in>(), x_format(),
                                            weight(), A::template at<behind>(0), bias()));
    const auto* weights = reinterpret_cast<const vec*>(W::data()) +
                          std::ptrdiff_t{g * panels + j} * Windows::taps * words;
    const auto* biases = reinterpret_cast<const vec*>(B::data()) + g * panels + j;
    const view<P, x_format> x(x_format(), reinterpret_cast<vec*>(const_cast<word_type*>(
                                              static_cast<const word_type*>(rows) + g * words)));
    vec sums[N];
    Cell::template sums_at<N>(Windows::at(p, words, Z::data()), x,
                              constants<P, weight>(weight(), weights), 1,
                              constants<P, bias>(bias(), biases), A::template at<behind>(0), sums);
    for (int k = 0; k < N; ++k) {
      const int i = ((p + k) * Windows::groups + g) * Windows::out + j * lanes;
      Y::template put<behind>(
          w, i,
          detail::after<behind, Then...>(
              Cell::finish(num<behind, sum>(sum(), sums[k]), A::template at<behind>(0), F()), i));
    }
  }
};

// One channel after the other, in integers of any width. Weights: [tap][channel of the group][all
// output channels]. Offset: room for X in the integers of P.
template <class P, class Cell, class Windows, class X, class W, class B, class A, class Y,
          std::size_t Offset>
struct plain_convolution {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    using x_format = typename X::format_type;
    constexpr int columns = Windows::groups * Windows::out;
    wide_row<P, X, X::size(), Offset> all(w, 0);
    for (int p = 0; p < Windows::positions; ++p)
      for (int o = 0; o < columns; ++o)
        detail::plain_sum<P, Cell, x_format, W, B, A, Y>(
            w, Windows::at(p, Windows::in, nullptr),
            view<P, x_format>(x_format(), all.data() + o / Windows::out * Windows::in), columns, o,
            p * columns + o);
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
