// Element by element of slices: cells that read each of their inputs from some element on.
#ifndef ISOBIT_NATIVE_SLICES_HPP
#define ISOBIT_NATIVE_SLICES_HPP

#include "isobit/native/elementwise.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// X from element First on; Step 0: nothing but that element.
template <class X, int First, int Step>
struct slice {
  static_assert(Step == 0 || Step == 1, "neighbours or one element");
  using format_type = typename X::format_type;

  template <class P>
  static num<P, format_type> at(unsigned char* w, int i) {
    return part<P>(w, i, count<Step>());
  }

 private:
  template <class P>
  static num<P, format_type> part(unsigned char* w, int i, count<1>) {
    return X::template at<P>(w, First + i);
  }
  template <class P>
  static num<P, format_type> part(unsigned char* w, int, count<0>) {
    return num<P, format_type>(format_type(), carrier<P>::broadcast(X::data(w)[First]));
  }
};

// Arguments: constants, tables and formats in the order of the cell.
template <class P, class Cell, class Slices, class Y, class... Arguments>
struct slices;

template <class P, class Cell, class... X, class Y, class... Arguments>
struct slices<P, Cell, inputs<X...>, Y, Arguments...> {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int i = 0; i < Y::size(); i += carrier<P>::width())
      Y::template put<P>(w, i,
                         Cell::apply(X::template at<P>(w, i)..., Arguments::template at<P>(i)...,
                                     typename Y::format_type()));
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
