// Where the inputs of a sum lie when they are not one row: the window of a convolution.
#ifndef ISOBIT_WINDOW_HPP
#define ISOBIT_WINDOW_HPP

#include <cstddef>

#include "isobit/isa.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// `taps` runs of n neighbouring elements each. Tap t begins `at[t] * next` elements (of a packed
// tensor: words) behind the first; where at[t] is negative, it has fallen into the padding and adds
// nothing. `all` is taps * n, from which formats follow. Both numbers are an int or a count.
//
// Where a packed tensor's raws carry an offset, or it is not worth asking, `padding` is a run of
// zeros in its words for such taps; elsewhere null.
template <class All, class N, class Index>
struct window {
  All all;
  N n;
  int taps;
  const Index* at;
  std::ptrdiff_t next;
  const void* padding;
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
