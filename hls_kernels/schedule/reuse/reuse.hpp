// reuse: a layer in R steps. The products of a sum are shared out evenly, so that a step has 1/R of
// them; of other items each step takes as many as are needed to be through in R steps.
#ifndef ISOBIT_HLS_SCHEDULE_REUSE_HPP
#define ISOBIT_HLS_SCHEDULE_REUSE_HPP

#include "../parallel/parallel.hpp"
#include "sums.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

template <int R>
struct reuse {
  using unrolled = parallel<1>;

  // Any items: `most` of them in each step; at the end there may be none left.
  template <class Item, class... Arrays>
  static void each(Arrays&... arrays) {
    constexpr int all = Item::outer() * Item::inner(), most = (all + R - 1) / R;
    constexpr int steps = (all + most - 1) / most;
    int i = 0, j = 0;
    ISOBIT_HLS_PIPELINE_NEXT
    for (int step = 0; step < steps; ++step) {
      ISOBIT_HLS_PIPELINE(1)
      ISOBIT_HLS_UNROLL_NEXT
      for (int k = 0; k < most; ++k) {
        ISOBIT_HLS_UNROLL
        if (i < Item::outer()) Item::at(i, j, arrays...);
        const bool last = j + 1 == Item::inner();
        i = last ? i + 1 : i;
        j = last ? 0 : j + 1;
      }
    }
  }

  // The items of a sum.
  template <class Sum, class Y, class X>
  static void sums(Y& y, X& x) {
    shared_sums<Sum, R>::run(y, x);
  }

  // A body that takes a word of each stream, `count()` times; the steps are inside of it.
  template <class Body, class... Streams>
  static void repeat(Streams&... streams) {
    for (int n = 0; n < Body::count(); ++n) Body::at(n, streams...);
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
