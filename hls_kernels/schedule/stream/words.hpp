// Tensors as streams: words of the channels of a pixel, in C order. Kernels of other folders see
// the elements of one word, or of several, as a small tensor.
#ifndef ISOBIT_HLS_SCHEDULE_STREAM_WORDS_HPP
#define ISOBIT_HLS_SCHEDULE_STREAM_WORDS_HPP

#include "../../channel.hpp"
#include "../../pragma.hpp"
#include "../data.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// A sample is `Words` words of `Channels` raws.
template <class F, int Words, int Channels>
struct stream {
  using format_type = F;
  static constexpr int words() { return Words; }
  static constexpr int channels() { return Channels; }
  static constexpr int size() { return Words * Channels; }

  template <class P>
  using word = kernels::word<typename P::template raw<F>, Channels>;
  template <class P>
  using array = channel<word<P>, Words>;
};

// One of `Blocks` equal pieces of a stream, as a tensor.
template <class T, int Blocks>
using block = tensor<typename T::format_type, T::size() / Blocks>;

// The next words of a stream: one of `Blocks` pieces.
template <class P, class T, int Blocks>
struct received {
  array<P, block<T, Blocks>> raws;

  explicit received(array<P, T>& from) {
    ISOBIT_HLS_INLINE
    ISOBIT_HLS_REGISTERS(raws)
    ISOBIT_HLS_PIPELINE_NEXT
    for (int w = 0; w < T::words() / Blocks; ++w) {
      ISOBIT_HLS_PIPELINE(1)
      const typename T::template word<P> next = from.read();
      ISOBIT_HLS_UNROLL_NEXT
      for (int c = 0; c < T::channels(); ++c) {
        ISOBIT_HLS_UNROLL
        raws[w * T::channels() + c] = next.elements[c];
      }
    }
  }
};

template <class P, class T, int Blocks>
void send(array<P, T>& to, const array<P, block<T, Blocks>>& raws) {
  ISOBIT_HLS_INLINE
  ISOBIT_HLS_PIPELINE_NEXT
  for (int w = 0; w < T::words() / Blocks; ++w) {
    ISOBIT_HLS_PIPELINE(1)
    typename T::template word<P> next;
    ISOBIT_HLS_UNROLL_NEXT
    for (int c = 0; c < T::channels(); ++c) {
      ISOBIT_HLS_UNROLL
      next.elements[c] = raws[w * T::channels() + c];
    }
    to.write(next);
  }
}

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
