// The raws of integer ports. Test benches only.
#ifndef ISOBIT_HLS_TESTBENCH_BITS_WORDS_HPP
#define ISOBIT_HLS_TESTBENCH_BITS_WORDS_HPP

#include <cstdint>

namespace testbench {

template <class T>
void set_raw(T& port, std::int64_t raw) {
  port = static_cast<T>(raw);
}
template <class T>
std::int64_t raw_of(const T& port) {
  return static_cast<std::int64_t>(port);
}

}  // namespace testbench

#endif
