// The load-time proof: what every tensor can reach, and which integer carries every operation.
#ifndef ISOBIT_ENGINE_PROOF_HPP
#define ISOBIT_ENGINE_PROOF_HPP

#include <stdexcept>

#include "description.hpp"
#include "lane.hpp"

namespace isobit::engine {

struct tensor_proof {
  std::vector<int128> low, high;  // per element (large tensors: over all), of raws after the cast
  // Of the numbers before the cast into the tensor's format, over all elements.
  int128 exact_low = 0, exact_high = 0;
  int exact_frac = 0;
};

struct operation_proof {
  int bits = 1;  // of the narrowest two's complement word that gives the right result
  lane narrowest = lane::i16;
};

struct proof {
  std::vector<tensor_proof> tensors;
  std::vector<operation_proof> operations;
  bool fits_f64 = true;  // everything below 2^53
};

// No integer of the engine carries this network; the text names the operation.
struct proof_failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

proof prove(const description& net);

}  // namespace isobit::engine

#endif
