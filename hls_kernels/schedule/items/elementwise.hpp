// Element by element: map, zip, pointwise, slices; and what needs no more than wires: fill, gather.
#ifndef ISOBIT_HLS_SCHEDULE_ITEMS_ELEMENTWISE_HPP
#define ISOBIT_HLS_SCHEDULE_ITEMS_ELEMENTWISE_HPP

#include "item.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// A cell over one tensor. Arguments: constants, tables and formats in the order of the cell.
template <class P, class Cell, class X, class Y, class... Arguments>
struct map : items<map<P, Cell, X, Y, Arguments...>> {
  static constexpr int inner() { return Y::size(); }

  static void at(int, int i, array<P, Y>& y, const array<P, X>& x) {
    ISOBIT_HLS_INLINE
    Y::template put<P>(y, i,
                       Cell::apply(X::template at<P>(x, i), Arguments::template at<P>(i)...,
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

// A cell over several tensors of one size.
template <class P, class Cell, class Inputs, class Y, class Arguments>
struct zip;

template <class P, class Cell, class... X, class Y, class... A>
struct zip<P, Cell, inputs<X...>, Y, arguments<A...>>
    : items<zip<P, Cell, inputs<X...>, Y, arguments<A...>>> {
  static constexpr int inner() { return Y::size(); }

  static void at(int, int i, array<P, Y>& y, const array<P, X>&... x) {
    ISOBIT_HLS_INLINE
    Y::template put<P>(y, i,
                       Cell::finish(detail::combined<Cell>(X::template at<P>(x, i)...),
                                    A::template at<P>(i)..., typename Y::format_type()));
  }
};

// X from element First on; Step 0: nothing but that element.
template <class X, int First = 0, int Step = 1>
struct slice {
  template <class P>
  using array = kernels::array<P, X>;
  template <class P>
  static num<P, typename X::format_type> at(const array<P>& x, int i) {
    return X::template at<P>(x, First + Step * i);
  }
};

// A cell that takes an element of each of several tensors, or of slices of them.
template <class P, class Cell, class Inputs, class Y, class Arguments>
struct pointwise;

template <class P, class Cell, class... X, class Y, class... A>
struct pointwise<P, Cell, inputs<X...>, Y, arguments<A...>>
    : items<pointwise<P, Cell, inputs<X...>, Y, arguments<A...>>> {
  static constexpr int inner() { return Y::size(); }

  static void at(int, int i, array<P, Y>& y, const array<P, X>&... x) {
    ISOBIT_HLS_INLINE
    Y::template put<P>(y, i,
                       Cell::apply(X::template at<P>(x, i)..., A::template at<P>(i)...,
                                   typename Y::format_type()));
  }
};

// A tensor of constants.
template <class P, class Cell, class C, class Y>
struct fill : wires<fill<P, Cell, C, Y>> {
  static constexpr int inner() { return Y::size(); }

  static void at(int, int i, array<P, Y>& y) {
    ISOBIT_HLS_INLINE
    Y::template put<P>(y, i, Cell::apply(C::template at<P>(i), typename Y::format_type()));
  }
};

// The elements of Y that come from X: `Count` of them, from D::sources() to D::targets().
template <class P, class Cell, class X, class Y, class D, int Count>
struct move : wires<move<P, Cell, X, Y, D, Count>> {
  using source = X;
  static constexpr int inner() { return Count; }

  static void at(int, int i, array<P, Y>& y, const array<P, X>& x) {
    ISOBIT_HLS_INLINE
    Y::template put<P>(
        y, D::targets()[i],
        Cell::apply(X::template at<P>(x, D::sources()[i]), typename Y::format_type()));
  }
};

// Moves from several tensors into one.
template <class P, class Y, class... Moves>
struct gather {
  template <class Schedule>
  static void run(array<P, Y>& y, array<P, typename Moves::source>&... x) {
    const int done[] = {(Moves::template run<Schedule>(y, x), 0)...};
    static_cast<void>(done);
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
