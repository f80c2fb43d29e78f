// What the schedules of a whole tensor go through: items, which are computed by cells and know
// nothing of when. An item type supplies
//   outer(), inner()             how many there are, as two nested loops
//   at(i, j, y, x...)            computes one of them: from arrays x into array y
// and gets `run<Schedule>(y, x...)`. Schedules are in parallel/ and reuse/.
#ifndef ISOBIT_HLS_SCHEDULE_ITEMS_ITEM_HPP
#define ISOBIT_HLS_SCHEDULE_ITEMS_ITEM_HPP

#include "../../pragma.hpp"
#include "../data.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// Items of one loop only hide `inner`.
template <class Item>
struct items {
  static constexpr int outer() { return 1; }

  template <class Schedule, class... Arrays>
  static void run(Arrays&... arrays) {
    Schedule::template each<Item>(arrays...);
  }
};

// Items that only move data or are constants: wires, whatever the schedule.
template <class Item>
struct wires {
  static constexpr int outer() { return 1; }

  template <class Schedule, class... Arrays>
  static void run(Arrays&... arrays) {
    Schedule::unrolled::template each<Item>(arrays...);
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
