// Kernels for integers of 128 bits, one sample after the other: the same for all instruction sets,
// which have no registers of such integers.
#ifndef ISOBIT_ENGINE_INT128_KERNELS_HPP
#define ISOBIT_ENGINE_INT128_KERNELS_HPP

#include "op_args.hpp"

namespace isobit::engine {

kernel find_in_int128(int cell);

}  // namespace isobit::engine

#endif
