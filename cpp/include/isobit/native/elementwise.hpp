// Schedules that go from element to element: map, zip, pointwise, fill and gather. No arithmetic on
// data here.
#ifndef ISOBIT_NATIVE_ELEMENTWISE_HPP
#define ISOBIT_NATIVE_ELEMENTWISE_HPP

#include "isobit/native/flatten.hpp"
#include "isobit/native/tensor.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// A cell over one tensor. Arguments: constants, tables and formats in the order of the cell.
template <class P, class Cell, class X, class Y, class... Arguments>
struct map {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int i = 0; i < Y::size(); i += carrier<P>::width())
      Y::template put<P>(w, i,
                         Cell::apply(X::template at<P>(w, i), Arguments::template at<P>(i)...,
                                     typename Y::format_type()));
  }
};

namespace detail {

template <class Cell, class A>
A combined(const A& all) {
  return all;
}
template <class Cell, class A, class B, class... More>
auto combined(const A& a, const B& b, const More&... more) {
  return combined<Cell>(Cell::combine(a, b), more...);
}

}  // namespace detail

template <class... X>
struct inputs {};
template <class... C>
struct with_constants {};

// A cell over several tensors of one size.
template <class P, class Cell, class Inputs, class Y, class Constants>
struct zip;

template <class P, class Cell, class... X, class Y, class... C>
struct zip<P, Cell, inputs<X...>, Y, with_constants<C...>> {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int i = 0; i < Y::size(); i += carrier<P>::width())
      Y::template put<P>(w, i,
                         Cell::finish(detail::combined<Cell>(X::template at<P>(w, i)...),
                                      C::template at<P>(i)..., typename Y::format_type()));
  }
};

// A cell that takes several tensors of one size at once.
template <class P, class Cell, class Inputs, class Y, class Constants>
struct pointwise;

template <class P, class Cell, class... X, class Y, class... C>
struct pointwise<P, Cell, inputs<X...>, Y, with_constants<C...>> {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int i = 0; i < Y::size(); i += carrier<P>::width())
      Y::template put<P>(w, i,
                         Cell::apply(X::template at<P>(w, i)..., C::template at<P>(i)...,
                                     typename Y::format_type()));
  }
};

// A tensor of constants.
template <class P, class Cell, class C, class Y>
struct fill {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int i = 0; i < Y::size(); i += carrier<P>::width())
      Y::template put<P>(w, i, Cell::apply(C::template at<P>(i), typename Y::format_type()));
  }
};

// `count` neighbouring elements of a source, and where they go.
struct gather_run {
  int from, to, count;
};

// The elements of Y that come from X. D supplies `data()`, `Runs` runs.
template <class P, class Cell, class X, class Y, class D, int Runs>
struct gather {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int r = 0; r < Runs; ++r) {
      const gather_run part = D::data()[r];
      for (int i = 0; i < part.count; ++i)
        Y::template put<P>(
            w, part.to + i,
            Cell::apply(X::template at<P>(w, part.from + i), typename Y::format_type()));
    }
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
