// parallel: everything at once. All loops are unrolled, and a new sample may begin every II cycles,
// with II times fewer multipliers where II is not 1.
#ifndef ISOBIT_HLS_SCHEDULE_PARALLEL_HPP
#define ISOBIT_HLS_SCHEDULE_PARALLEL_HPP

#include "../../pragma.hpp"
#include "isobit/isa.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

template <int II>
struct parallel {
  using unrolled = parallel<II>;

  // Any items.
  template <class Item, class... Arrays>
  static void each(Arrays&... arrays) {
    ISOBIT_HLS_PIPELINE(II)
    through<Item>(arrays...);
  }

  // The items of a sum.
  template <class Sum, class Y, class X>
  static void sums(Y& y, X& x) {
    ISOBIT_HLS_PIPELINE(II)
    constexpr int most = (Sum::products() + II - 1) / II;
    ISOBIT_HLS_MULTIPLIERS(most)
    through<Sum>(y, x);
  }

  // A body that takes a word of each stream, `count()` times.
  template <class Body, class... Streams>
  static void repeat(Streams&... streams) {
    ISOBIT_HLS_PIPELINE_NEXT
    for (int n = 0; n < Body::count(); ++n) {
      ISOBIT_HLS_PIPELINE(II)
      Body::at(n, streams...);
    }
  }

 private:
  template <class Item, class... Arrays>
  static void through(Arrays&... arrays) {
    ISOBIT_HLS_INLINE
    ISOBIT_HLS_UNROLL_NEXT
    for (int i = 0; i < Item::outer(); ++i) {
      ISOBIT_HLS_UNROLL
      ISOBIT_HLS_UNROLL_NEXT
      for (int j = 0; j < Item::inner(); ++j) {
        ISOBIT_HLS_UNROLL
        Item::at(i, j, arrays...);
      }
    }
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
