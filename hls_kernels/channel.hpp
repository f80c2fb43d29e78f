// FIFOs of words: what connects the kernels of a design with io_stream, and its ports. A word holds
// the channels of one pixel. Vitis HLS and Catapult have types of their own; for all others, C
// simulation among them, it is a ring that holds one sample.
#ifndef ISOBIT_HLS_CHANNEL_HPP
#define ISOBIT_HLS_CHANNEL_HPP

#include "isobit/isa.hpp"

// In front of a local channel. In C simulation these are no part of the stack, which has no room
// for all streams of a large network; they are empty between samples.
#if defined(__SYNTHESIS__) || defined(__BAMBU__) || defined(__VITIS_HLS__) || \
    defined(__VIVADO_HLS__) || defined(ISOBIT_HLS_CATAPULT) || defined(__CATAPULT__)
#define ISOBIT_HLS_CHANNEL
#else
#define ISOBIT_HLS_CHANNEL static
#endif

#if defined(__VITIS_HLS__) || defined(__VIVADO_HLS__)
#include <hls_stream.h>
#elif defined(ISOBIT_HLS_CATAPULT) || defined(__CATAPULT__)
#include <ac_channel.h>
#endif

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

template <class T, int N>
struct word {
  T elements[N];
};

#if defined(__VITIS_HLS__) || defined(__VIVADO_HLS__)
template <class Word, int Words>
using channel = hls::stream<Word>;
#elif defined(ISOBIT_HLS_CATAPULT) || defined(__CATAPULT__)
template <class Word, int Words>
using channel = ac_channel<Word>;
#else
// Kernels run one after the other here: a writer is done with its sample before the reader begins.
template <class Word, int Words>
class channel {
 public:
  channel() {}
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  void write(const Word& next) {
    words_[back_] = next;
    back_ = back_ + 1 == Words ? 0 : back_ + 1;
  }
  Word read() {
    const int place = front_;
    front_ = place + 1 == Words ? 0 : place + 1;
    return words_[place];
  }

 private:
  Word words_[Words];
  int front_ = 0, back_ = 0;
};
#endif

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
