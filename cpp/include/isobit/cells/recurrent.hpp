// One step of a recurrent layer, element by element of its states. The sums x W + b and h U + b of
// the step come from dense layers and are exact; a gate adds them up and casts once.
#ifndef ISOBIT_CELLS_RECURRENT_HPP
#define ISOBIT_CELLS_RECURRENT_HPP

#include "isobit/cells/hard.hpp"
#include "isobit/cells/linear.hpp"
#include "isobit/cells/lookup.hpp"
#include "isobit/cells/relu.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

namespace detail {

// Activation::apply behind the cast of the accumulator: without parameters, with a table, or with
// two constants. The schedule hands over the accumulator in front of the output's format.
template <class Activation>
struct activation_of_sum {
  static constexpr int constants = Activation::constants, tables = Activation::tables, formats = 1;

  template <class V, class A, class Y>
  static auto activate(const V& sum, const A& accumulator, const Y& out) {
    return Activation::apply(cast(sum, accumulator), out);
  }
  template <class V, class T, class A, class Y>
  static auto activate(const V& sum, const T& table, const A& accumulator, const Y& out) {
    return Activation::apply(cast(sum, accumulator), table, out);
  }
  template <class V, class S, class O, class A, class Y>
  static auto activate(const V& sum, const S& slope, const O& offset, const A& accumulator,
                       const Y& out) {
    return Activation::apply(cast(sum, accumulator), slope, offset, out);
  }
};

}  // namespace detail

// y = activation(cast(x + h, accumulator))
template <class Activation>
struct gate : detail::activation_of_sum<Activation> {
  static constexpr int inputs = 2;

  template <class P, class X, class H, class... Rest>
  static auto apply(const num<P, X>& x, const num<P, H>& h, const Rest&... rest) {
    return gate::activate(x + h, rest...);
  }
};

// y = activation(cast(x + r h, accumulator)): the candidate of a gru that resets the product
template <class Activation>
struct reset_gate : detail::activation_of_sum<Activation> {
  static constexpr int inputs = 3;

  template <class P, class X, class R, class H, class... Rest>
  static auto apply(const num<P, X>& x, const num<P, R>& r, const num<P, H>& h,
                    const Rest&... rest) {
    return reset_gate::activate(x + r * h, rest...);
  }
};

struct gate_linear : gate<linear> {};
struct gate_relu : gate<relu> {};
struct gate_lookup : gate<lookup> {};
struct gate_hard_sigmoid : gate<hard_sigmoid> {};
struct reset_gate_linear : reset_gate<linear> {};
struct reset_gate_relu : reset_gate<relu> {};
struct reset_gate_lookup : reset_gate<lookup> {};
struct reset_gate_hard_sigmoid : reset_gate<hard_sigmoid> {};

// y = gate x
struct gated {
  static constexpr int inputs = 2, constants = 0, tables = 0, formats = 0;

  template <class P, class G, class X, class Y>
  static num<P, Y> apply(const num<P, G>& g, const num<P, X>& x, const Y& out) {
    return cast(g * x, out);
  }
};

// y = gate table(x)
struct gated_lookup {
  static constexpr int inputs = 2, constants = 0, tables = 1, formats = 0;

  template <class P, class G, class X, class I, class E, class Y>
  static num<P, Y> apply(const num<P, G>& g, const num<P, X>& x, const table<P, I, E>& t,
                         const Y& out) {
    return cast(g * look_up(x, t), out);
  }
};

// c' = i g + f c: the state of an lstm
struct lstm_state {
  static constexpr int inputs = 4, constants = 0, tables = 0, formats = 0;

  template <class P, class I, class G, class F, class C, class Y>
  static num<P, Y> apply(const num<P, I>& i, const num<P, G>& g, const num<P, F>& f,
                         const num<P, C>& c, const Y& out) {
    return cast(i * g + f * c, out);
  }
};

// h' = z h + (1 - z) n: the state of a gru
struct gru_state {
  static constexpr int inputs = 3, constants = 0, tables = 0, formats = 0;

  template <class P, class Z, class H, class N, class Y>
  static num<P, Y> apply(const num<P, Z>& z, const num<P, H>& h, const num<P, N>& n, const Y& out) {
    auto one = literal<P>(integer_like<2, true>(out), 1);
    return cast(z * h + (one - z) * n, out);
  }
};

// y = x where the mask is not zero, else what it was before
struct masked {
  static constexpr int inputs = 3, constants = 0, tables = 0, formats = 0;

  template <class P, class M, class X, class B, class Y>
  static num<P, Y> apply(const num<P, M>& mask, const num<P, X>& x, const num<P, B>& before,
                         const Y& out) {
    return cast(select(zero(mask) < abs(mask), x, before), out);
  }
};

// y = x where the mask is not zero, else 0
struct masked_to_zero {
  static constexpr int inputs = 2, constants = 0, tables = 0, formats = 0;

  template <class P, class M, class X, class Y>
  static num<P, Y> apply(const num<P, M>& mask, const num<P, X>& x, const Y& out) {
    return cast(select(zero(mask) < abs(mask), x, zero(x)), out);
  }
};

// y = 1 where position < length, else 0
struct within_length {
  static constexpr int inputs = 1, constants = 1, tables = 0, formats = 0;

  template <class P, class L, class C, class Y>
  static num<P, Y> apply(const num<P, L>& length, const num<P, C>& position, const Y& out) {
    auto integer = integer_like<2, true>(out);
    return cast(select(position < length, literal<P>(integer, 1), literal<P>(integer, 0)), out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
