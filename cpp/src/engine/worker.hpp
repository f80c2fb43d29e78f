// One thread's share of a batch: its own memory, and the samples that it carries through the
// network.
#ifndef ISOBIT_ENGINE_WORKER_HPP
#define ISOBIT_ENGINE_WORKER_HPP

#include "plan.hpp"
#include "program.hpp"

namespace isobit::engine {

class worker {
 public:
  worker(const description& net, const plan& p, const isa_kernels& isa);

  // Samples [first, first + count) of the batch. Throws not_finite.
  void run(const std::vector<source>& inputs, const std::vector<sink>& outputs, std::int64_t first,
           std::int64_t count);

 private:
  struct ready_conversion {
    form from, to;
    const void* x;
    void* y;
  };
  struct ready_kernel {
    step_kernel step;
    std::vector<tensor_ref> inputs;
    op_args args;
  };
  struct ready_operation {
    std::vector<ready_conversion> conversions;
    ready_kernel all, few;
  };

  void* at(int buffer_index) const;
  tensor_ref ref(int buffer_index, std::ptrdiff_t stride, const plain_format& format) const;
  void prepare(const operation_step& step);
  void prepare(const operation_step& step, const step_kernel& run, ready_kernel& ready) const;
  void run_some(const std::vector<source>& inputs, const std::vector<sink>& outputs,
                std::int64_t first, int count);
  void load(int input, const source& from, std::int64_t first, int count);
  void flatten(int input, const source& from, std::int64_t first, int count);
  void guard_one_by_one(int input, const source& from, const void* x, std::int64_t first,
                        std::ptrdiff_t n, void* guarded) const;
  void cast_guarded(const input_step& step, std::ptrdiff_t n) const;
  void store(const sink& to, std::int64_t first, int count) const;

  const description& net_;
  const plan& plan_;
  const isa_kernels& isa_;
  std::unique_ptr<aligned_array<unsigned char>> memory_;
  std::vector<kernel> input_casts_;
  std::vector<ready_operation> operations_;
};

}  // namespace isobit::engine

#endif
