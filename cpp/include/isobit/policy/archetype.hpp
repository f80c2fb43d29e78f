// archetype: a policy with nothing beyond the concept. It computes nothing; a cell that compiles
// with it uses no operator, conversion or branch that a policy does not promise.
#ifndef ISOBIT_POLICY_ARCHETYPE_HPP
#define ISOBIT_POLICY_ARCHETYPE_HPP

#include "isobit/policy/derived.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

struct archetype : derived<archetype> {
  // Copyable and default constructible, and nothing else: not made from an integer, not compared.
  struct opaque {};
  struct constant {};
  struct mask {};

  template <class F>
  using raw = opaque;
  template <class F>
  using uniform = constant;

  template <class F>
  static opaque lit(const F&, std::int64_t) {
    return {};
  }
  template <class F>
  static opaque splat(const F&, const constant&) {
    return {};
  }
  template <class F>
  static opaque add(const F&, const opaque&, const opaque&) {
    return {};
  }
  template <class F>
  static opaque sub(const F&, const opaque&, const opaque&) {
    return {};
  }
  template <class F>
  static opaque mul(const F&, const opaque&, const opaque&) {
    return {};
  }
  template <class F>
  static opaque shl(const F&, const opaque&, int) {
    return {};
  }
  template <class F>
  static opaque shr(const F&, const opaque&, int) {
    return {};
  }
  static mask less(const opaque&, const opaque&) { return {}; }
  template <class F>
  static opaque select(const F&, const mask&, const opaque&, const opaque&) {
    return {};
  }
  template <class F>
  static opaque min(const F&, const opaque&, const opaque&) {
    return {};
  }
  template <class F>
  static opaque max(const F&, const opaque&, const opaque&) {
    return {};
  }
  template <class F>
  static opaque wrap(const F&, const opaque&) {
    return {};
  }
  template <class Index, class Entry>
  static opaque lut(const table<archetype, Index, Entry>&, const opaque&) {
    return {};
  }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
