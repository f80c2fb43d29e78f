// Other ways to run a network, sample by sample: slow, and independent of the lanes.
#ifndef ISOBIT_ENGINE_ORACLES_HPP
#define ISOBIT_ENGINE_ORACLES_HPP

#include "description.hpp"

namespace isobit::engine {

// `x` and `y` are sample-major; `which` names the tensors that go to `y`.

// Doubles that hold integers. Only for networks whose proof says fits_f64.
void run_f64(const description& net, const std::vector<const std::int64_t*>& x, std::int64_t count,
             const std::vector<int>& which, const std::vector<std::int64_t*>& y);

// The recorded data-flow graph.
void run_replay(const description& net, const std::vector<const std::int64_t*>& x,
                std::int64_t count, const std::vector<int>& which,
                const std::vector<std::int64_t*>& y);

// The trained values in double precision.
void run_real(const description& net, const std::vector<const double*>& x, std::int64_t count,
              const std::vector<int>& which, const std::vector<double*>& y, int threads);

}  // namespace isobit::engine

#endif
