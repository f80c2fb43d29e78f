// The pixels that a sliding kernel still needs: the rows above the current one, and the square of
// pixels that the kernel spans. The padding is walked through, too, but nothing is read there.
#ifndef ISOBIT_HLS_SCHEDULE_STREAM_LINE_BUFFER_HPP
#define ISOBIT_HLS_SCHEDULE_STREAM_LINE_BUFFER_HPP

#include "words.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// A kernel along one axis of `Length` pixels, with `Begin` pixels of padding in front.
template <int Length, int Outputs, int Taps, int Stride, int Dilation, int Begin>
struct axis {
  static constexpr int taps() { return Taps; }
  static constexpr int dilation() { return Dilation; }
  static constexpr int span() { return Dilation * (Taps - 1) + 1; }
  // Places to walk through: all pixels, and all that the last position spans.
  static constexpr int steps() { return Begin + Length > last() ? Begin + Length : last(); }
  static constexpr bool inside(int step) { return step >= Begin && step < Begin + Length; }
  // Whether the kernel ends here.
  static constexpr bool ends(int step) {
    return step + 1 >= span() && step < last() && (step + 1 - span()) % Stride == 0;
  }

 private:
  static constexpr int last() { return (Outputs - 1) * Stride + span(); }
};

// What a kernel of `Taps` taps meets at one position; those in the padding are not present.
template <class F, int Channels, int Taps>
struct window {
  using format_type = F;

  template <class P>
  struct met {
    typename P::template raw<F> raws[Taps][Channels];
    bool present[Taps];
    int first;  // the first one that is present
  };
  template <class P>
  using array = met<P>;
  template <class P>
  static num<P, F> at(const met<P>& x, int tap, int channel) {
    return num<P, F>(F(), x.raws[tap][channel]);
  }
};

template <class P, class X, class Rows, class Columns>
struct line_buffer {
  using word = typename X::template word<P>;
  using taps = window<typename X::format_type, X::channels(), Rows::taps() * Columns::taps()>;

  int row = 0, column = 0;
  word lines[Rows::span() > 1 ? Rows::span() - 1 : 1][Columns::steps()];
  word square[Rows::span()][Columns::span()];

  // The pixel of this place, behind those of the rows above.
  void push(const word& next) {
    ISOBIT_HLS_INLINE
    ISOBIT_HLS_UNROLL_NEXT
    for (int r = 0; r < Rows::span(); ++r) {
      ISOBIT_HLS_UNROLL
      ISOBIT_HLS_UNROLL_NEXT
      for (int c = 1; c < Columns::span(); ++c) {
        ISOBIT_HLS_UNROLL
        square[r][c - 1] = square[r][c];
      }
    }
    square[Rows::span() - 1][Columns::span() - 1] = next;
    ISOBIT_HLS_UNROLL_NEXT
    for (int r = 1; r < Rows::span(); ++r) {
      ISOBIT_HLS_UNROLL
      square[r - 1][Columns::span() - 1] = lines[r - 1][column];
    }
    ISOBIT_HLS_UNROLL_NEXT
    for (int r = 1; r < Rows::span(); ++r) {
      ISOBIT_HLS_UNROLL
      lines[r - 1][column] = square[r][Columns::span() - 1];
    }
  }

  // What the kernel meets that ends here.
  void meet(array<P, taps>& x) const {
    ISOBIT_HLS_INLINE
    x.first = -1;
    ISOBIT_HLS_UNROLL_NEXT
    for (int tap = 0; tap < Rows::taps() * Columns::taps(); ++tap) {
      ISOBIT_HLS_UNROLL
      const int r = tap / Columns::taps() * Rows::dilation();
      const int c = tap % Columns::taps() * Columns::dilation();
      x.present[tap] = Rows::inside(row + 1 - Rows::span() + r) &&
                       Columns::inside(column + 1 - Columns::span() + c);
      if (x.present[tap] && x.first < 0) x.first = tap;
      ISOBIT_HLS_UNROLL_NEXT
      for (int channel = 0; channel < X::channels(); ++channel) {
        ISOBIT_HLS_UNROLL
        x.raws[tap][channel] = square[r][c].elements[channel];
      }
    }
  }

  void advance() {
    ISOBIT_HLS_INLINE
    const bool end = column + 1 == Columns::steps();
    row = end ? row + 1 : row;
    column = end ? 0 : column + 1;
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
