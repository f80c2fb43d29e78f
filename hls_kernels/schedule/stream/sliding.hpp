// Convolution and pooling row by row: each pixel enters the line buffer once, and where a kernel
// ends one output pixel leaves. Pooling over all pixels needs no line buffer.
#ifndef ISOBIT_HLS_SCHEDULE_STREAM_SLIDING_HPP
#define ISOBIT_HLS_SCHEDULE_STREAM_SLIDING_HPP

#include "../items/item.hpp"
#include "../items/sums.hpp"
#include "line_buffer.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// Item takes what the kernel meets to an output pixel.
template <class P, class Rows, class Columns, class Item, class X, class Y>
struct sliding {
  using buffer = line_buffer<P, X, Rows, Columns>;

  template <class Schedule>
  static void run(array<P, Y>& y, array<P, X>& x) {
    buffer pixels;
    ISOBIT_HLS_LINES(pixels.lines)
    ISOBIT_HLS_REGISTERS(pixels.square)
    Schedule::template repeat<place<Schedule>>(y, x, pixels);
  }

 private:
  template <class Schedule>
  struct place {
    static constexpr int count() { return Rows::steps() * Columns::steps(); }

    static void at(int, array<P, Y>& y, array<P, X>& x, buffer& pixels) {
      ISOBIT_HLS_INLINE
      typename buffer::word next = typename buffer::word();
      if (Rows::inside(pixels.row) && Columns::inside(pixels.column)) next = x.read();
      pixels.push(next);
      if (Rows::ends(pixels.row) && Columns::ends(pixels.column)) {
        array<P, typename buffer::taps> met;
        pixels.meet(met);
        array<P, block<Y, Y::words()>> to;
        ISOBIT_HLS_REGISTERS(to)
        Item::template run<Schedule>(to, met);
        send<P, Y, Y::words()>(y, to);
      }
      pixels.advance();
    }
  };
};

// As `convolution`, at one position.
template <class P, class Cell, int Groups, int In, int Out, int Taps, class F, class W, class B,
          class A, class Y>
struct window_convolution
    : detail::sum_items<P, Cell, window_convolution<P, Cell, Groups, In, Out, Taps, F, W, B, A, Y>,
                        window<F, Groups * In, Taps>, W, B, A, Y> {
  using taps = window<F, Groups * In, Taps>;
  static constexpr int positions() { return 1; }
  static constexpr int terms() { return Taps * In; }
  static constexpr int columns() { return Groups * Out; }

  template <class S>
  static S step(const S& all, const array<P, taps>& x, int, int k, int o) {
    if (!x.present[k / In]) return all;
    return Cell::step(all, taps::template at<P>(x, k / In, o / Out * In + k % In),
                      W::template at<P>(k * columns() + o), A::template at<P>(0));
  }
};

// As `windows`, at one position: of the taps `Longest` at most are present.
template <class P, class Cell, int Channels, int Taps, int Longest, class F, class Y,
          class Arguments>
struct window_pooling;

template <class P, class Cell, int Channels, int Taps, int Longest, class F, class Y, class... A>
struct window_pooling<P, Cell, Channels, Taps, Longest, F, Y, arguments<A...>>
    : items<window_pooling<P, Cell, Channels, Taps, Longest, F, Y, arguments<A...>>> {
  using taps = window<F, Channels, Taps>;
  static constexpr int inner() { return Channels; }

  static void at(int, int c, array<P, Y>& y, const array<P, taps>& x) {
    ISOBIT_HLS_INLINE
    auto all = Cell::begin(count<Longest>(), taps::template at<P>(x, x.first, c));
    ISOBIT_HLS_UNROLL_NEXT
    for (int k = 1; k < Taps; ++k) {
      ISOBIT_HLS_UNROLL
      if (x.present[k] && k != x.first) all = Cell::step(all, taps::template at<P>(x, k, c));
    }
    Y::template put<P>(y, c, Cell::finish(all, A::template at<P>(c)..., typename Y::format_type()));
  }
};

// Pooling over all pixels, which are added up as they come.
template <class P, class Cell, class X, class Y, class Arguments>
struct pooled;

template <class P, class Cell, class X, class Y, class... A>
struct pooled<P, Cell, X, Y, arguments<A...>> {
  template <class Schedule>
  static void run(array<P, Y>& y, array<P, X>& x) {
    using pixel = block<X, X::words()>;
    using result = block<Y, 1>;
    using element = num<P, typename X::format_type>;
    using sum = decltype(Cell::begin(
        count<X::words()>(),
        element(typename X::format_type(), typename P::template raw<typename X::format_type>())));
    using format = typename sum::format_type;
    typename P::template raw<format> totals[X::channels()];
    ISOBIT_HLS_REGISTERS(totals)
    ISOBIT_HLS_PIPELINE_NEXT
    for (int w = 0; w < X::words(); ++w) {
      ISOBIT_HLS_PIPELINE(1)
      const received<P, X, X::words()> next(x);
      ISOBIT_HLS_UNROLL_NEXT
      for (int o = 0; o < X::channels(); ++o) {
        ISOBIT_HLS_UNROLL
        const element value = pixel::template at<P>(next.raws, o);
        if (w == 0)
          totals[o] = Cell::begin(count<X::words()>(), value).raw;
        else
          totals[o] = Cell::step(sum(format(), totals[o]), value).raw;
      }
    }
    array<P, result> to;
    ISOBIT_HLS_REGISTERS(to)
    ISOBIT_HLS_UNROLL_NEXT
    for (int o = 0; o < X::channels(); ++o) {
      ISOBIT_HLS_UNROLL
      result::template put<P>(to, o,
                              Cell::finish(sum(format(), totals[o]), A::template at<P>(o)...,
                                           typename Y::format_type()));
    }
    send<P, Y, 1>(y, to);
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
