// The products of a sum, R to a multiplier. R divides the number of terms, and then a step has some
// terms of all columns; or it is a multiple of that number, and then a step has one term of some
// columns. Weights are read in the order in which they lie.
#ifndef ISOBIT_HLS_SCHEDULE_REUSE_SUMS_HPP
#define ISOBIT_HLS_SCHEDULE_REUSE_SUMS_HPP

#include "../../pragma.hpp"
#include "isobit/isa.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

template <class Sum, int R>
struct shared_sums {
  // Of one step.
  static constexpr int terms() { return R < Sum::terms() ? Sum::terms() / R : 1; }
  static constexpr int columns() {
    return R < Sum::terms() ? Sum::columns() : Sum::columns() * Sum::terms() / R;
  }
  // Position by position, with the same multipliers.
  template <class Y, class X>
  static void run(Y& y, X& x) {
    static_assert(terms() * columns() * R == Sum::terms() * Sum::columns(),
                  "the reuse factor divides the terms, or is a multiple of them that divides all "
                  "products");
    for (int p = 0; p < Sum::positions(); ++p) position(y, x, p);
  }

 private:
  template <class Y, class X>
  static void position(Y& y, X& x, int p) {
    ISOBIT_HLS_INLINE
    decltype(Sum::begin(0).raw) totals[Sum::columns()];
    ISOBIT_HLS_REGISTERS(totals)
    using sum = decltype(Sum::begin(0));
    using format = typename sum::format_type;
    ISOBIT_HLS_UNROLL_NEXT
    for (int o = 0; o < Sum::columns(); ++o) {
      ISOBIT_HLS_UNROLL
      totals[o] = Sum::begin(o).raw;
    }
    for (int first = 0; first < Sum::terms(); first += terms()) {
      ISOBIT_HLS_PIPELINE_NEXT
      for (int column = 0; column < Sum::columns(); column += columns()) {
        ISOBIT_HLS_PIPELINE(1)
        ISOBIT_HLS_UNROLL_NEXT
        for (int k = 0; k < terms(); ++k) {
          ISOBIT_HLS_UNROLL
          ISOBIT_HLS_UNROLL_NEXT
          for (int j = 0; j < columns(); ++j) {
            ISOBIT_HLS_UNROLL
            const int o = column + j;
            totals[o] = Sum::step(sum(format(), totals[o]), x, p, first + k, o).raw;
          }
        }
      }
    }
    ISOBIT_HLS_UNROLL_NEXT
    for (int o = 0; o < Sum::columns(); ++o) {
      ISOBIT_HLS_UNROLL
      Sum::finish(y, sum(format(), totals[o]), p, o);
    }
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
