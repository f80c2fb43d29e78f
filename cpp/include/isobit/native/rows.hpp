// Schedules over rows that a cell reads as a whole: softmax, argmax. One row is brought into the
// integers of the policy and back.
#ifndef ISOBIT_NATIVE_ROWS_HPP
#define ISOBIT_NATIVE_ROWS_HPP

#include <type_traits>

#include "isobit/native/flatten.hpp"
#include "isobit/native/tensor.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

constexpr int row_bytes_on_the_stack = 1024;

// Room for N raws: on the stack, or for long rows in the workspace at `Offset`.
template <class T, int N, std::size_t Offset,
          bool = (N * sizeof(T) <= static_cast<std::size_t>(row_bytes_on_the_stack))>
struct row {
  explicit row(unsigned char*) {}
  T* data() { return raws_; }

 private:
  T raws_[N];
};
template <class T, int N, std::size_t Offset>
struct row<T, N, Offset, false> {
  explicit row(unsigned char* workspace) : raws_(reinterpret_cast<T*>(workspace + Offset)) {}
  T* data() { return raws_; }

 private:
  T* raws_;
};

template <class P, class F>
using word = typename P::template raw<F>;

// A row of X in the integers of P.
template <class P, class X, int N, std::size_t Offset>
struct wide_row : row<word<P, typename X::format_type>, N, Offset> {
  using format_type = typename X::format_type;

  wide_row(unsigned char* w, int first) : row<word<P, format_type>, N, Offset>(w) {
    for (int i = 0; i < N; ++i) this->data()[i] = X::template at<P>(w, first + i).raw;
  }
  view<P, format_type> as_view() { return {format_type(), this->data()}; }
};

// `Rows` rows of N elements through a cell with two tables. Offset: room for three long rows.
template <class P, class Cell, int Rows, int N, class X, class First, class Second, class Y,
          std::size_t Offset>
struct rows_with_tables {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    using entry = typename First::entry_type;
    using out = typename Y::format_type;
    constexpr std::size_t step = N * sizeof(word<P, out>);
    row<word<P, entry>, N, Offset + step> scratch(w);
    row<word<P, out>, N, Offset + 2 * step> result(w);
    for (int r = 0; r < Rows; ++r) {
      wide_row<P, X, N, Offset> x(w, r * N);
      Cell::row(count<N>(), x.as_view(), First::template at<P>(0), Second::template at<P>(0),
                view<P, entry>(entry(), scratch.data()), view<P, out>(out(), result.data()));
      for (int i = 0; i < N; ++i)
        Y::template put<P>(w, r * N + i, num<P, out>(out(), result.data()[i]));
    }
  }
};

// `Rows` rows of N elements to rows of as many. Offset: room for two long rows.
template <class P, class Cell, int Rows, int N, class X, class Y, std::size_t Offset>
struct rows {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    using out = typename Y::format_type;
    row<word<P, out>, N, Offset + N * sizeof(word<P, out>)> result(w);
    for (int r = 0; r < Rows; ++r) {
      wide_row<P, X, N, Offset> x(w, r * N);
      Cell::row(count<N>(), x.as_view(), view<P, out>(out(), result.data()));
      for (int i = 0; i < N; ++i)
        Y::template put<P>(w, r * N + i, num<P, out>(out(), result.data()[i]));
    }
  }
};

// `Rows` rows of N elements to rows of the first K in some order. D supplies `pairs()`. Offset:
// room for four long rows.
template <class P, class Cell, int Rows, int N, int K, int Pairs, class X, class Y, class D,
          std::size_t Offset>
struct exchange {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    using in = typename X::format_type;
    using out = typename Y::format_type;
    using position = decltype(integer_like<16, false>(in()));
    constexpr std::size_t step = N * sizeof(word<P, in>);
    row<word<P, in>, N, Offset + step> values(w);
    row<word<P, position>, N, Offset + 2 * step> indices(w);
    row<word<P, out>, K, Offset + 3 * step> result(w);
    for (int r = 0; r < Rows; ++r) {
      wide_row<P, X, N, Offset> x(w, r * N);
      Cell::row(count<N>(), K, D::pairs(), Pairs, x.as_view(), view<P, in>(in(), values.data()),
                view<P, position>(position(), indices.data()), view<P, out>(out(), result.data()));
      for (int i = 0; i < K; ++i)
        Y::template put<P>(w, r * K + i, num<P, out>(out(), result.data()[i]));
    }
  }
};

// `Rows` rows of N elements to one element each. Offset: room for one long row.
template <class P, class Cell, int Rows, int N, class X, class Y, std::size_t Offset>
struct reduce {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    using out = typename Y::format_type;
    for (int r = 0; r < Rows; ++r) {
      wide_row<P, X, N, Offset> x(w, r * N);
      word<P, out> result;
      Cell::row(count<N>(), x.as_view(), view<P, out>(out(), &result));
      Y::template put<P>(w, r, num<P, out>(out(), result));
    }
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
