// Kernels for packed tensors and for input exist once for any formats, and once more for each of
// these modes of the output's cast, behind an exact accumulator: what is decided when compiling
// costs nothing in the innermost loops.
#ifndef ISOBIT_ENGINE_PACKED_MODES_HPP
#define ISOBIT_ENGINE_PACKED_MODES_HPP

#include "isobit/format.hpp"

namespace isobit::engine {

struct cast_modes {
  rounding rounds;
  overflow overflows;
};

constexpr cast_modes fast_modes[] = {
    {rounding::trn, overflow::wrap},      {rounding::trn, overflow::sat},
    {rounding::rnd, overflow::wrap},      {rounding::rnd, overflow::sat},
    {rounding::rnd_conv, overflow::wrap}, {rounding::rnd_conv, overflow::sat},
    {rounding::trn, overflow::pm1},
};
constexpr int n_fast_modes = static_cast<int>(sizeof(fast_modes) / sizeof(fast_modes[0]));

// The position of a format's modes in `fast_modes`, n_fast_modes if the kernel for any formats is
// needed.
constexpr int fast_modes_at(rounding rounds, overflow overflows) {
  for (int m = 0; m < n_fast_modes; ++m)
    if (rounds == fast_modes[m].rounds && overflows == fast_modes[m].overflows) return m;
  return n_fast_modes;
}
inline int find_fast_modes(const dyn& out) { return fast_modes_at(out.rounds(), out.overflows()); }

// Whether a cast of numbers with `accumulator`'s fractional bits into `out` is the same without one
// into `accumulator` before: both keep the number modulo a power of two, the accumulator the larger
// one, and `out` rounds alike wherever it lies.
inline bool implies(const dyn& out, const dyn& accumulator) {
  const bool alike = out.rounds() == rounding::trn || out.rounds() == rounding::rnd ||
                     out.rounds() == rounding::rnd_min_inf || out.rounds() == rounding::rnd_conv;
  return alike && accumulator.overflows() == overflow::wrap && out.overflows() == overflow::wrap &&
         out.width() - out.frac() <= accumulator.width() - accumulator.frac();
}

// The same for a layer, and for the cell that is fused behind it: a relu, or (`signs`) one that
// gives -1 or 1. That one has modes of its own only where its format does not hold every result;
// where the layer's own are those of pm1, they change what other formats hold.
inline int find_fast_modes(const dyn& accumulator, const dyn& out, const dyn* fused, bool signs) {
  const int modes = find_fast_modes(out);
  if (!accumulator.is_exact()) return n_fast_modes;
  if (fused == nullptr || find_fast_modes(*fused) == modes) return modes;
  const bool held =
      signs ? detail::holds(dyn(2, 0, true), dyn(fused->width(), fused->frac(), fused->is_signed()))
            : detail::holds(non_negative(out), *fused);
  return held && out.overflows() != overflow::pm1 ? modes : n_fast_modes;
}

}  // namespace isobit::engine

#endif
