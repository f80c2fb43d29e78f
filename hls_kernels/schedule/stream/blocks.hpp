// Items of whole tensors over pieces of streams. `pixels`: a word of each stream at a time.
// `blocks`: several words are collected before a piece is computed (a dense layer behind a
// flatten).
#ifndef ISOBIT_HLS_SCHEDULE_STREAM_BLOCKS_HPP
#define ISOBIT_HLS_SCHEDULE_STREAM_BLOCKS_HPP

#include "words.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

namespace detail {

// One piece: Item takes blocks of X to a block of Y.
template <class P, int Blocks, class Schedule, class Item, class Y, class... X>
struct piece {
  static constexpr int count() { return Blocks; }

  static void at(int, array<P, Y>& y, array<P, X>&... x) {
    ISOBIT_HLS_INLINE
    computed(y, received<P, X, Blocks>(x)...);
  }

 private:
  static void computed(array<P, Y>& y, received<P, X, Blocks>&&... x) {
    ISOBIT_HLS_INLINE
    array<P, block<Y, Blocks>> to;
    ISOBIT_HLS_REGISTERS(to)
    Item::template run<Schedule>(to, x.raws...);
    send<P, Y, Blocks>(y, to);
  }
};

}  // namespace detail

template <class P, class Item, class Y, class... X>
struct pixels {
  template <class Schedule>
  static void run(array<P, Y>& y, array<P, X>&... x) {
    Schedule::template repeat<detail::piece<P, Y::words(), Schedule, Item, Y, X...>>(y, x...);
  }
};

template <class P, int Blocks, class Item, class Y, class... X>
struct blocks {
  template <class Schedule>
  static void run(array<P, Y>& y, array<P, X>&... x) {
    using piece = detail::piece<P, Blocks, Schedule, Item, Y, X...>;
    for (int n = 0; n < Blocks; ++n) piece::at(n, y, x...);
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
