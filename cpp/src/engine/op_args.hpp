// What a kernel is called with. Plain structs without member functions: they cross the border
// between code that is compiled for different instruction sets.
#ifndef ISOBIT_ENGINE_OP_ARGS_HPP
#define ISOBIT_ENGINE_OP_ARGS_HPP

#include <cstddef>
#include <cstdint>

#include "lane.hpp"

namespace isobit::engine {

struct plain_format {
  int width, frac, is_signed, rounds, overflows;
};

// Element i lies i * stride raws (of the kernel's policy) behind data. Packed tensors have `pack`
// elements a word, each stored as raw + offset, and the stride counts words. Blockwise schedules
// take tensors whose raws lie in narrower integers than they compute in: `type`.
struct tensor_ref {
  void* data;
  std::ptrdiff_t stride;
  plain_format format;
  int pack;
  int offset;
  lane type = lane::i128;
};

struct constant_ref {
  const void* data;
  std::ptrdiff_t size;
  plain_format format;
};

struct table_ref {
  const void* entries;
  std::int64_t low, size;
  plain_format index, entry;
  int meaning;
  double parameter;
};

struct op_args {
  const tensor_ref* inputs;
  int n_inputs;
  tensor_ref output;
  int output_size;
  const constant_ref* constants;
  const table_ref* tables;
  const plain_format* formats;
  const std::int64_t* ints;
  void* scratch;       // room for `scratch_size` raws
  plain_format fused;  // of the output of a cell that follows at once; `output.format` is before it
  int modes;           // position in fast_modes (packed_modes.hpp) of a packed layer's casts
  // Samples lie side by side in `groups` registers (or groups of them); a kernel goes through all.
  int groups;
  int group;  // the one that it is at
};

using kernel = void (*)(const op_args&);

// The sizes of an operation, for its schedule to check.
struct operation_sizes {
  const std::int64_t* ints;
  std::int64_t n_ints;
  const std::int64_t* inputs;  // elements of each
  int n_inputs;
  std::int64_t output;
  const std::int64_t* constants;  // elements of each
  int n_constants;
};

}  // namespace isobit::engine

#endif
