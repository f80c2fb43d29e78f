// A loaded network: checked, proven, and runnable over batches from any number of threads.
#ifndef ISOBIT_ENGINE_PROGRAM_HPP
#define ISOBIT_ENGINE_PROGRAM_HPP

#include <map>
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

enum class layout_choice { automatic, samples, neurons };

struct run_options {
  int threads = 1;  // no more than there are blocks
  lane at_least = lane::i16;
  const isa_kernels* isa = nullptr;  // null: the best there is
  bool packed = true;
  layout_choice way = layout_choice::automatic;  // by the number of samples
};

// A float input holds NaN or infinity. The outputs are then partly written.
struct not_finite : std::runtime_error {
  int input;
  std::int64_t sample;
  int element;

  not_finite(int which, std::int64_t row, int position)
      : std::runtime_error("an input is not finite"),
        input(which),
        sample(row),
        element(position) {}
};

class worker;

class program {
 public:
  // Throws std::invalid_argument or proof_failed.
  explicit program(description net);
  ~program();

  const description& network() const { return net_; }
  const proof& proven() const { return proof_; }
  // Multiplications of one sample (elements, where there are none): what more threads would share.
  double work() const { return work_; }

  // `inputs` in the order of the network's inputs. The results are the same bits for every option.
  // Memory does not grow with the count: each thread has a workspace, which is kept for the next
  // call. Throws not_finite with the first such sample.
  void run(const std::vector<source>& inputs, std::int64_t count, const std::vector<sink>& outputs,
           const run_options& options) const;

 private:
  // A plan, and the workers that nobody uses at the moment.
  struct station;

  station& station_for(const isa_kernels& isa, const plan_options& options) const;
  plan_options plan_for(std::int64_t count, const std::vector<sink>& outputs,
                        const run_options& options) const;

  description net_;
  proof proof_;
  double work_ = 0;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<const isa_kernels*, plan_options>, std::unique_ptr<station>> stations_;
};

}  // namespace isobit::engine

#endif
