// A function as data: correctly rounded integers, computed once when the model is built. A table is
// addressed by a number that has been cast into its index format.
#ifndef ISOBIT_TABLE_HPP
#define ISOBIT_TABLE_HPP

#include <cstdint>

#include "isobit/num.hpp"

namespace isobit {

// The function behind a table. Only the `real` policy evaluates it. The order is the run-time code.
enum class function {
  sigmoid,
  tanh,
  softsign,
  exp,
  exp_neg,          // exp(-a)
  reciprocal,       // 1/a
  log,              // log(a)
  softplus_tail,    // log(1 + exp(-a))
  gelu_tail,        // -a Phi(-a)
  gelu_tanh_tail,   // -a/2 (1 - tanh(sqrt(2/pi) (a + 0.044715 a^3)))
  silu_tail,        // -a / (1 + exp(a))
  elu_tail,         // parameter (exp(-a) - 1)
  celu_tail,        // parameter (exp(-a / parameter) - 1)
  logsigmoid_tail,  // -log(1 + exp(-a))
  mish_tail,        // a tanh(log(1 + exp(a))) - max(a, 0)
  log1p,            // log(1 + a)
  sqrt,
  rsqrt,  // 1 / sqrt(a + parameter)
  power,  // a^parameter
  erf,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  asinh,
  acosh,
  atanh,
  given  // none: the entries are all there is, and `real` has no use for them
};

inline namespace ISOBIT_ISA {

// What a table holds: a constant of its policy (or what a policy says by specializing this).
template <class P, class Entry>
struct table_entry {
  using type = typename P::template uniform<Entry>;
};

// Index: format of the address, which saturates at the ends. Entry: format of the contents.
// `low` is the raw address of entries[0].
template <class P, class Index, class Entry>
struct table {
  using entry_type = typename table_entry<P, Entry>::type;

  Index index;
  Entry entry;
  std::int64_t low;
  std::int64_t size;
  const entry_type* entries;
  function meaning;
  double parameter;
};

// The table's value at `x`: one cast into the index format, one look-up.
template <class P, class F, class Index, class Entry>
num<P, Entry> look_up(const num<P, F>& x, const table<P, Index, Entry>& t) {
  return P::look_up(x, t);
}

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
