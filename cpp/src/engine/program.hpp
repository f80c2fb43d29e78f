// A loaded network: checked, proven, and runnable over batches from any number of threads.
#ifndef ISOBIT_ENGINE_PROGRAM_HPP
#define ISOBIT_ENGINE_PROGRAM_HPP

#include <array>
#include <memory>
#include <mutex>

#include "isa_kernels.hpp"
#include "plan.hpp"

namespace isobit::engine {

// A caller's buffer: count x size, C order.
struct source {
  element kind;
  const void* data;
};
struct sink {
  int tensor;
  element kind;
  void* data;
};

struct run_options {
  int threads = 1;  // no more than there are blocks
  lane at_least = lane::i16;
  const isa_kernels* isa = nullptr;  // null: the best there is
};

class program {
 public:
  // Throws std::invalid_argument or proof_failed.
  explicit program(description net);

  const description& network() const { return net_; }
  const proof& proven() const { return proof_; }
  // Multiplications of one sample (elements, where there are none): what more threads would share.
  double work() const { return work_; }

  // `inputs` in the order of the network's inputs. Allocates one workspace per thread, whatever the
  // count. The results are the same bits for every option.
  void run(const std::vector<source>& inputs, std::int64_t count, const std::vector<sink>& outputs,
           const run_options& options) const;

 private:
  const plan& plan_for(lane at_least) const;

  description net_;
  proof proof_;
  double work_ = 0;
  mutable std::mutex mutex_;
  mutable std::array<std::unique_ptr<const plan>, n_lanes> plans_;
};

}  // namespace isobit::engine

#endif
