// From the plain arguments of a kernel to the typed views of its policy.
#ifndef ISOBIT_ENGINE_BIND_ARGS_HPP
#define ISOBIT_ENGINE_BIND_ARGS_HPP

#include "isobit/policy/derived.hpp"
#include "op_args.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

template <class P>
using raw_of = typename P::template raw<dyn>;
template <class P>
using uniform_of = typename P::template uniform<dyn>;

inline dyn bind(const engine::plain_format& f) {
  return dyn(f.width, f.frac, f.is_signed != 0, static_cast<rounding>(f.rounds),
             static_cast<overflow>(f.overflows));
}
// The tensor for one group of samples.
template <class P>
view<P, dyn> bind(const engine::tensor_ref& t, int group) {
  return {bind(t.format), static_cast<raw_of<P>*>(t.data) + group, t.stride};
}
template <class P>
constants<P, dyn> bind(const engine::constant_ref& c) {
  return {bind(c.format), static_cast<const uniform_of<P>*>(c.data), c.size == 1 ? 0 : 1};
}
template <class P>
table<P, dyn, dyn> bind(const engine::table_ref& t) {
  return {bind(t.index),
          bind(t.entry),
          t.low,
          t.size,
          static_cast<const typename table_entry<P, dyn>::type*>(t.entries),
          static_cast<function>(t.meaning),
          t.parameter};
}

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
