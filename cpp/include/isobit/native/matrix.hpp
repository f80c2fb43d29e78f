// The schedules of weight matrices: rows of In inputs to rows of Out outputs.
#ifndef ISOBIT_NATIVE_MATRIX_HPP
#define ISOBIT_NATIVE_MATRIX_HPP

#include "isobit/native/rows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// An element-wise cell behind a sum, while it is in registers. F: format of its result.
template <class Cell, class F, class... Arguments>
struct then {
  template <class P, class V>
  static num<P, F> apply(const V& v, int i) {
    static_cast<void>(i);  // nobody asks for it where there are no arguments
    return Cell::apply(v, Arguments::template at<P>(i)..., F());
  }
};

namespace detail {

template <class P, class V>
V after(const V& v, int) {
  return v;
}
template <class P, class First, class... More, class V>
auto after(const V& v, int i) {
  return after<P, More...>(First::template apply<P>(v, i), i);
}

// One sum in integers of any width: terms of x with column o of the weights, to element i of Y.
template <class P, class Cell, class F, class W, class B, class A, class Y, class Terms>
void plain_sum(unsigned char* w, const Terms& terms, const view<P, F>& x, int columns, int o,
               int i) {
  using weight = typename W::format_type;
  using bias = typename B::format_type;
  using result = typename Y::format_type;
  word<P, result> y[1];
  Cell::template neurons<1>(terms, x, constants<P, weight>(weight(), W::data() + o), columns,
                            constants<P, bias>(bias(), B::data() + o), A::template at<P>(0),
                            view<P, result>(result(), y));
  Y::template put<P>(w, i, num<P, result>(result(), y[0]));
}

}  // namespace detail

// A row of X as integers S, each with `Add` added. In place where X lies in memory like this.
template <class X, class S, int Add, int In, std::size_t Offset,
          bool = (Add == 0 && sizeof(S) == sizeof(typename X::storage_type))>
struct packed_row {
  static const void* of(unsigned char* w, int first) { return X::data(w) + first; }
};
template <class X, class S, int Add, int In, std::size_t Offset>
struct packed_row<X, S, Add, In, Offset, false> {
  static const void* of(unsigned char* w, int first) {
    const auto* from = X::data(w) + first;
    S* to = reinterpret_cast<S*>(w + Offset);
    for (int i = 0; i < In; ++i) to[i] = static_cast<S>(from[i] + Add);
    return to;
  }
};

// Registers of neighbouring neurons (policy/neurons.hpp). P: packed_neurons<K, T, N>; S: how K of
// them lie in a word T, with `Add` added. W holds the words of tiles of 8, then 4, 2, 1 registers
// of N neurons, each [word][register][N]; B holds one T a neuron, in the format of the sum. F:
// format of the result before the cells of Then. Rows may write past their ends, into the next row
// or the padding of Y.
template <class P, int K, class S, int Add, class Cell, int Rows, int In, int Out, class X, class W,
          class B, class A, class F, class Y, std::size_t Offset, class... Then>
struct matrix {
  static_assert(K != 4 || std::is_signed<S>::value == dot_bytes_signed,
                "bytes are packed for another instruction set than the compiler was told of");

  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int r = 0; r < Rows; ++r) {
      const void* row = packed_row<X, S, Add, In, Offset>::of(w, r * In);
      int p = 0;
      for (; p + 8 <= panels; p += 8) tile<8>(w, row, r, p);
      for (; panels % 8 >= 4 && p + 2 <= panels; p += 2) tile<2>(w, row, r, p);
      for (; p < panels; ++p) tile<1>(w, row, r, p);
    }
  }

 private:
  using vec = typename P::vec;
  using word_type = typename P::word_type;
  static constexpr int lanes = P::width, words = (In + K - 1) / K,
                       panels = (Out + lanes - 1) / lanes;
  // What follows the sum: the same registers, with tables.
  using behind = neurons<word_type, lanes>;

  template <int R>
  static void tile(unsigned char* w, const void* row, int r, int p) {
    using x_format = typename X::format_type;
    using weight = typename W::format_type;
    using bias = typename B::format_type;
    using sum = decltype(Cell::total_format(count<In>(), x_format(), weight(),
                                            A::template at<behind>(0), bias()));
    const auto* weights = reinterpret_cast<const vec*>(W::data()) + p * words;
    const auto* biases = reinterpret_cast<const vec*>(B::data()) + p;
    const view<P, x_format> x(x_format(), static_cast<vec*>(const_cast<void*>(row)));
    vec sums[R];
    Cell::template sums<R>(count<In>(), x, constants<P, weight>(weight(), weights), R,
                           constants<P, bias>(bias(), biases), A::template at<behind>(0), sums);
    for (int k = 0; k < R; ++k) {
      const int i = r * Out + (p + k) * lanes;
      Y::template put<behind>(
          w, i,
          detail::after<behind, Then...>(
              Cell::finish(num<behind, sum>(sum(), sums[k]), A::template at<behind>(0), F()), i));
    }
  }
};

// One neuron after the other, in integers of any width. Weights: [In][Out].
// Offset: room for one long row.
template <class P, class Cell, int Rows, int In, int Out, class X, class W, class B, class A,
          class Y, std::size_t Offset>
struct plain_matrix {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int r = 0; r < Rows; ++r) {
      wide_row<P, X, In, Offset> row(w, r * In);
      for (int o = 0; o < Out; ++o)
        detail::plain_sum<P, Cell, typename X::format_type, W, B, A, Y>(
            w, count<In>(), row.as_view(), Out, o, r * Out + o);
    }
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
