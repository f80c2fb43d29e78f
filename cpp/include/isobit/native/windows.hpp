// Windows of elements to one element each: reductions and pooling.
#ifndef ISOBIT_NATIVE_WINDOWS_HPP
#define ISOBIT_NATIVE_WINDOWS_HPP

#include "isobit/native/elementwise.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// Output (p, c) of Positions x Run comes from the elements base + c for the bases of window p, of
// which there are `Longest` at most. D supplies `begins()` (of each window among the bases, and the
// end of the last) and `bases()`. A register may reach past a run, into outputs that come later or
// the padding of Y.
template <class P, class Cell, int Run, int Positions, int Longest, class X, class Y, class D,
          class Constants>
struct windows;

template <class P, class Cell, int Run, int Positions, int Longest, class X, class Y, class D,
          class... C>
struct windows<P, Cell, Run, Positions, Longest, X, Y, D, with_constants<C...>> {
  ISOBIT_NATIVE_FLATTEN static void run(unsigned char* w) {
    for (int p = 0; p < Positions; ++p) {
      const auto *base = D::bases() + D::begins()[p], *end = D::bases() + D::begins()[p + 1];
      for (int c = 0; c < Run; c += carrier<P>::width()) {
        auto all = Cell::begin(count<Longest>(), X::template at<P>(w, *base + c));
        for (const auto* next = base + 1; next < end; ++next)
          all = Cell::step(all, X::template at<P>(w, *next + c));
        const int to = p * Run + c;
        Y::template put<P>(w, to,
                           Cell::finish(all, C::template at<P>(to)..., typename Y::format_type()));
      }
    }
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
