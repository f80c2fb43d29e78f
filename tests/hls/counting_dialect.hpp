// A dialect of pragma.hpp whose pipelines count: each begin is a step.
#ifndef ISOBIT_TESTS_COUNTING_DIALECT_HPP
#define ISOBIT_TESTS_COUNTING_DIALECT_HPP

#include "hls_kernels/dialect/none.hpp"

namespace counted {

static int steps, most, here;

inline void begin() { steps = most = here = 0; }
inline void step() {
  ++steps;
  here = 0;
}
inline void product() {
  if (++here > most) most = here;
}

}  // namespace counted

#undef ISOBIT_HLS_PIPELINE
#define ISOBIT_HLS_PIPELINE(ii) counted::step();

#endif
