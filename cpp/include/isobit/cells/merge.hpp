// Merges of two or more tensors, element by element. `combine` is exact and folds the inputs from
// the left; `finish` casts once.
#ifndef ISOBIT_CELLS_MERGE_HPP
#define ISOBIT_CELLS_MERGE_HPP

#include "isobit/cast.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace cells {

namespace detail {

struct plain_merge {
  static constexpr int constants = 0;

  template <class P, class A, class Y>
  static num<P, Y> finish(const num<P, A>& all, const Y& out) {
    return cast(all, out);
  }
};

}  // namespace detail

struct add : detail::plain_merge {
  template <class A, class B>
  static auto combine(const A& a, const B& b) {
    return a + b;
  }
};

struct subtract : detail::plain_merge {
  template <class A, class B>
  static auto combine(const A& a, const B& b) {
    return a - b;
  }
};

struct multiply : detail::plain_merge {
  template <class A, class B>
  static auto combine(const A& a, const B& b) {
    return a * b;
  }
};

struct maximum : detail::plain_merge {
  template <class A, class B>
  static auto combine(const A& a, const B& b) {
    return max(a, b);
  }
};

struct minimum : detail::plain_merge {
  template <class A, class B>
  static auto combine(const A& a, const B& b) {
    return min(a, b);
  }
};

// The exact sum times a constant 1/n.
struct average {
  static constexpr int constants = 1;

  template <class A, class B>
  static auto combine(const A& a, const B& b) {
    return a + b;
  }
  template <class P, class A, class C, class Y>
  static num<P, Y> finish(const num<P, A>& all, const num<P, C>& factor, const Y& out) {
    return cast(all * factor, out);
  }
};

}  // namespace cells
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
