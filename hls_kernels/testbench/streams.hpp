// Arrays to words of streams, and back. Test benches only.
#ifndef ISOBIT_HLS_TESTBENCH_STREAMS_HPP
#define ISOBIT_HLS_TESTBENCH_STREAMS_HPP

#include "../channel.hpp"

namespace testbench {

template <int Channels, class Stream, class Port, int N>
void send(Stream& to, const Port (&from)[N]) {
  for (int i = 0; i < N; i += Channels) {
    isobit::kernels::word<Port, Channels> next;
    for (int c = 0; c < Channels; ++c) next.elements[c] = from[i + c];
    to.write(next);
  }
}
template <int Channels, class Stream, class Port, int N>
void receive(Port (&to)[N], Stream& from) {
  for (int i = 0; i < N; i += Channels) {
    const isobit::kernels::word<Port, Channels> next = from.read();
    for (int c = 0; c < Channels; ++c) to[i + c] = next.elements[c];
  }
}

}  // namespace testbench

#endif
