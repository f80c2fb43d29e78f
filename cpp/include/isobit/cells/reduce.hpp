// Many elements of a tensor to one: sums, means, extremes. What is added up is exact, so its order
// is free; schedules begin with the first element of a window, step through the others, and finish.
#ifndef ISOBIT_CELLS_REDUCE_HPP
#define ISOBIT_CELLS_REDUCE_HPP

#include "isobit/cast.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

namespace detail {

// The sum of `Term` of every element; n bounds their number.
template <class Term>
struct sum_of_terms {
  static constexpr int constants = 0;

  template <class P, class N, class X>
  static auto begin(const N& n, const num<P, X>& x)
      -> num<P, decltype(sum_of(n, Term::of(x).format()))> {
    auto f = sum_of(n, Term::of(x).format());
    return {f, Term::of(x).raw};
  }
  template <class P, class A, class X>
  static num<P, A> step(const num<P, A>& all, const num<P, X>& x) {
    return num<P, A>(all.format(), P::add(all.format(), all.raw, Term::of(x).raw));
  }
  template <class P, class A, class Y>
  static num<P, Y> finish(const num<P, A>& all, const Y& out) {
    return cast(all, out);
  }
};

// The same times a constant.
template <class Term>
struct mean_of_terms : sum_of_terms<Term> {
  static constexpr int constants = 1;

  template <class P, class A, class C, class Y>
  static num<P, Y> finish(const num<P, A>& all, const num<P, C>& factor, const Y& out) {
    return cast(all * factor, out);
  }
};

struct itself {
  template <class P, class X>
  static num<P, X> of(const num<P, X>& x) {
    return x;
  }
};
struct magnitude_of {
  template <class P, class X>
  static auto of(const num<P, X>& x) -> decltype(abs(x)) {
    return abs(x);
  }
};
struct square_of {
  template <class P, class X>
  static auto of(const num<P, X>& x) -> decltype(squared(x)) {
    return squared(x);
  }
};

struct extreme {
  static constexpr int constants = 0;

  template <class P, class N, class X>
  static num<P, X> begin(const N&, const num<P, X>& x) {
    return x;
  }
  template <class P, class X, class Y>
  static num<P, Y> finish(const num<P, X>& all, const Y& out) {
    return cast(all, out);
  }
};

}  // namespace detail

// y = sum of x
struct reduce_sum : detail::sum_of_terms<detail::itself> {};
// y = sum of |x|
struct reduce_sum_abs : detail::sum_of_terms<detail::magnitude_of> {};
// y = sum of x^2
struct reduce_sum_square : detail::sum_of_terms<detail::square_of> {};

// y = (sum of x) * factor, the factor being a constant 1/n
struct reduce_mean : detail::mean_of_terms<detail::itself> {};
// y = (sum of x^2) * factor
struct reduce_mean_square : detail::mean_of_terms<detail::square_of> {};

struct reduce_max : detail::extreme {
  template <class P, class X>
  static num<P, X> step(const num<P, X>& all, const num<P, X>& x) {
    return num<P, X>(all.format(), P::max(all.format(), all.raw, x.raw));
  }
};

struct reduce_min : detail::extreme {
  template <class P, class X>
  static num<P, X> step(const num<P, X>& all, const num<P, X>& x) {
    return num<P, X>(all.format(), P::min(all.format(), all.raw, x.raw));
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
