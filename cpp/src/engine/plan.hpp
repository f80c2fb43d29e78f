// A network laid out for execution: which lane computes each operation, where every tensor lies in
// a worker's memory, and the constants in the types that the kernels read.
#ifndef ISOBIT_ENGINE_PLAN_HPP
#define ISOBIT_ENGINE_PLAN_HPP

#include <memory>

#include "description.hpp"
#include "lane.hpp"
#include "op_args.hpp"
#include "proof.hpp"

namespace isobit::engine {

// A tensor in a worker's memory: `size` elements of a whole block each.
struct buffer {
  lane type;
  int size;
  std::size_t offset;
};

// How an input enters: raws go straight to `home`; floats go to `guard` first and are cast from
// there.
struct input_step {
  int tensor;
  int guard, home;  // buffers
};

// The same raws in the lane that a consumer computes in.
struct convert_step {
  int from, to;  // buffers
};

// Addresses in `inputs` and `output` are left open: they depend on the worker.
struct operation_step {
  int cell;
  lane type;
  std::vector<int> inputs;  // buffers
  std::vector<plain_format> input_formats;
  int output;  // buffer
  plain_format output_format;
  const std::int64_t* ints;
  std::vector<constant_ref> constants;
  std::vector<table_ref> tables;
  std::vector<plain_format> formats;
  std::vector<convert_step> conversions;  // done before
};

struct plan {
  std::vector<buffer> buffers;
  std::vector<int> home;  // tensor -> buffer
  std::vector<input_step> inputs;
  std::vector<operation_step> operations;
  std::size_t workspace_bytes = 0;
  std::size_t scratch_offset = 0;
  std::vector<std::shared_ptr<const void>> storage;  // keeps the packed constants alive
};

// No operation computes in a lane narrower than `at_least`.
plan make_plan(const description& net, const proof& proven, lane at_least);

}  // namespace isobit::engine

#endif
