// A move from integers of 8 bits to integers of 16, in a function that is called and not inlined.
#define ISOBIT_ISA narrow_to_wide
#include "isobit/native/program.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace {

constexpr native::gather_run runs[] = {{0, 0, 3}, {0, 3, 3}};
struct twice {
  static const native::gather_run* data() { return runs; }
};
using narrow = native::tensor<fmt<4, 0, true>, std::int8_t, 3, 0>;
using wide = native::tensor<fmt<16, 8, true>, std::int16_t, 6, 64>;

__attribute__((noinline)) void move(unsigned char* workspace) {
  native::gather<scalar<std::int32_t>, cells::linear, narrow, wide, twice, 2>::run(workspace);
}

}  // namespace
}  // namespace ISOBIT_ISA
}  // namespace isobit

ISOBIT_NATIVE_EXPORT void run(unsigned char* workspace) { isobit::move(workspace); }
