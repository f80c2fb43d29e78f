// Between the ports of a design and its tensors; nothing is rounded there. Inside of a design whose
// kernels work at the same time a tensor has one reader: `fork` makes more of it.
#ifndef ISOBIT_HLS_SCHEDULE_PORTS_HPP
#define ISOBIT_HLS_SCHEDULE_PORTS_HPP

#include "../pragma.hpp"
#include "data.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// All elements at once.
template <class P, class T>
struct ports {
  using format = typename T::format_type;
  using port = typename P::template port<format>;

  static void read(array<P, T>& to, const port from[T::size()]) {
    ISOBIT_HLS_PIPELINE(1)
    ISOBIT_HLS_UNROLL_NEXT
    for (int i = 0; i < T::size(); ++i) {
      ISOBIT_HLS_UNROLL
      T::template put<P>(to, i, P::read_port(format(), from[i]));
    }
  }
  static void write(port to[T::size()], const array<P, T>& from) {
    ISOBIT_HLS_PIPELINE(1)
    ISOBIT_HLS_UNROLL_NEXT
    for (int i = 0; i < T::size(); ++i) {
      ISOBIT_HLS_UNROLL
      to[i] = P::write_port(T::template at<P>(from, i));
    }
  }
};

// One element after the other.
template <class P, class T>
struct element_ports {
  using format = typename T::format_type;
  using port = typename P::template port<format>;

  static void read(array<P, T>& to, const port from[T::size()]) {
    ISOBIT_HLS_PIPELINE_NEXT
    for (int i = 0; i < T::size(); ++i) {
      ISOBIT_HLS_PIPELINE(1)
      T::template put<P>(to, i, P::read_port(format(), from[i]));
    }
  }
  static void write(port to[T::size()], const array<P, T>& from) {
    ISOBIT_HLS_PIPELINE_NEXT
    for (int i = 0; i < T::size(); ++i) {
      ISOBIT_HLS_PIPELINE(1)
      to[i] = P::write_port(T::template at<P>(from, i));
    }
  }
};

// The same tensor for two readers.
template <class P, class T>
struct fork {
  static void run(array<P, T>& first, array<P, T>& second, const array<P, T>& from) {
    ISOBIT_HLS_PIPELINE(1)
    ISOBIT_HLS_UNROLL_NEXT
    for (int i = 0; i < T::size(); ++i) {
      ISOBIT_HLS_UNROLL
      T::template put<P>(first, i, T::template at<P>(from, i));
      T::template put<P>(second, i, T::template at<P>(from, i));
    }
  }
};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
