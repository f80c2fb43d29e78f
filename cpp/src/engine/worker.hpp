// One thread's share of a batch: its own memory, and the blocks that it carries through the
// network.
#ifndef ISOBIT_ENGINE_WORKER_HPP
#define ISOBIT_ENGINE_WORKER_HPP

#include "program.hpp"

namespace isobit::engine {

class worker {
 public:
  worker(const description& net, const plan& p, const isa_kernels& isa);

  // Samples [first, first + count) of the batch; count <= block.
  void run(const std::vector<source>& inputs, const std::vector<sink>& outputs, std::int64_t first,
           int count);

 private:
  void* at(int buffer_index) const;
  void load(const input_step& step, const source& from, std::int64_t first, int count);
  void cast_guarded(const input_step& step, const dyn& format, int count);
  void run(const operation_step& step, int count);
  void call(kernel k, lane type, int count, op_args args, const std::vector<int>& inputs,
            const std::vector<plain_format>& formats, int output);

  const description& net_;
  const plan& plan_;
  const isa_kernels& isa_;
  const int linear_;  // the cell that casts guarded floats
  std::unique_ptr<unsigned char[]> memory_;
  unsigned char* base_;
  std::vector<tensor_ref> refs_;
};

}  // namespace isobit::engine

#endif
