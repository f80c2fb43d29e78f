// Between the ports of a design with io_stream and its streams; and words for two readers, or none.
#ifndef ISOBIT_HLS_SCHEDULE_STREAM_PORTS_HPP
#define ISOBIT_HLS_SCHEDULE_STREAM_PORTS_HPP

#include "words.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// Nothing is rounded here.
template <class P, class T>
struct word_ports {
  using format = typename T::format_type;
  using raws = block<T, T::words()>;
  using port_word = word<typename P::template port<format>, T::channels()>;
  using port = channel<port_word, T::words()>;

  static void read(array<P, T>& to, port& from) {
    ISOBIT_HLS_PIPELINE_NEXT
    for (int w = 0; w < T::words(); ++w) {
      ISOBIT_HLS_PIPELINE(1)
      const port_word next = from.read();
      array<P, raws> pixel;
      ISOBIT_HLS_REGISTERS(pixel)
      ISOBIT_HLS_UNROLL_NEXT
      for (int c = 0; c < T::channels(); ++c) {
        ISOBIT_HLS_UNROLL
        raws::template put<P>(pixel, c, P::read_port(format(), next.elements[c]));
      }
      send<P, T, T::words()>(to, pixel);
    }
  }
  static void write(port& to, array<P, T>& from) {
    ISOBIT_HLS_PIPELINE_NEXT
    for (int w = 0; w < T::words(); ++w) {
      ISOBIT_HLS_PIPELINE(1)
      const received<P, T, T::words()> pixel(from);
      port_word next;
      ISOBIT_HLS_UNROLL_NEXT
      for (int c = 0; c < T::channels(); ++c) {
        ISOBIT_HLS_UNROLL
        next.elements[c] = P::write_port(raws::template at<P>(pixel.raws, c));
      }
      to.write(next);
    }
  }
};

// The same stream for two readers.
template <class P, class T>
struct fork_words {
  static void run(array<P, T>& first, array<P, T>& second, array<P, T>& from) {
    ISOBIT_HLS_PIPELINE_NEXT
    for (int w = 0; w < T::words(); ++w) {
      ISOBIT_HLS_PIPELINE(1)
      const typename T::template word<P> next = from.read();
      first.write(next);
      second.write(next);
    }
  }
};

// A stream that no kernel reads: it must not fill up.
template <class P, class T>
struct drop_words {
  static void run(array<P, T>& from) {
    ISOBIT_HLS_PIPELINE_NEXT
    for (int w = 0; w < T::words(); ++w) {
      ISOBIT_HLS_PIPELINE(1)
      from.read();
    }
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
