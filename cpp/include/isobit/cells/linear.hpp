// linear: y = cast(x). The identity of a network, with a format of its own.
#ifndef ISOBIT_CELLS_LINEAR_HPP
#define ISOBIT_CELLS_LINEAR_HPP

#include "isobit/cast.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

struct linear {
  static constexpr int constants = 0, tables = 0, formats = 0;

  template <class P, class X, class Y>
  static num<P, Y> apply(const num<P, X>& x, const Y& out) {
    return cast(x, out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
