// A network laid out for execution: which kernel computes each operation, where every tensor lies
// in a worker's memory, and the constants as the kernels read them.
#ifndef ISOBIT_ENGINE_PLAN_HPP
#define ISOBIT_ENGINE_PLAN_HPP

#include <tuple>

#include "proof.hpp"
#include "weights.hpp"

namespace isobit::engine {

// A tensor in a worker's memory.
struct buffer {
  form shape;
  std::size_t offset;
};

// How an input enters: as flat raws of this lane type, which are then spread into their home, so
// many samples at a time.
struct input_step {
  int tensor;
  lane flat_type;
  int home;  // buffer
  int samples_at_once;
};

// The same raws in another form.
struct convert_step {
  int from, to;  // buffers
};

// A kernel, the samples that it computes at once, and how far elements lie apart for it.
struct step_kernel {
  kernel run;
  int samples;
  std::ptrdiff_t stride;
};

// Addresses are left open: they depend on the worker.
struct operation_step {
  step_kernel run, run_few;  // run_few.run is null where there is no other for few samples
  std::vector<int> inputs;   // buffers
  std::vector<plain_format> input_formats;
  int output;  // buffer
  plain_format output_format, fused_format;
  int modes;  // position in fast_modes of a packed layer's casts
  int output_size;
  const std::int64_t* ints;
  operation_constants constants;
  std::vector<convert_step> conversions;  // done before
};

// What a plan is made for.
struct plan_options {
  layout way = layout::samples;
  lane at_least = lane::i16;  // no operation computes in a narrower lane
  bool packed = true;         // packed tensors and fused operations where they are faster
  bool keep_all = false;      // every tensor can be read afterwards, not only the outputs

  bool operator<(const plan_options& o) const {
    return std::tie(way, at_least, packed, keep_all) <
           std::tie(o.way, o.at_least, o.packed, o.keep_all);
  }
};

struct plan {
  plan_options options;
  std::vector<buffer> buffers;
  std::vector<int> home;  // tensor -> buffer; -1 for one that a fused operation does not store
  std::vector<input_step> inputs;
  std::vector<operation_step> operations;
  std::size_t workspace_bytes = 0;
  std::size_t guard_offset = 0, flat_offset = 0, spread_offset = 0, scratch_offset = 0;
};

plan make_plan(const description& net, const proof& proven, const isa_kernels& isa,
               const plan_options& options);

}  // namespace isobit::engine

#endif
