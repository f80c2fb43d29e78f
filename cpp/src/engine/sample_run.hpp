// Runs a network on one sample with any policy: the oracles, the proof and the trace.
#ifndef ISOBIT_ENGINE_SAMPLE_RUN_HPP
#define ISOBIT_ENGINE_SAMPLE_RUN_HPP

#include <map>
#include <memory>
#include <vector>

#include "cell_table.hpp"
#include "description.hpp"

namespace isobit::engine {

inline plain_format plain(const dyn& f) {
  return {f.width(), f.frac(), f.is_signed() ? 1 : 0, static_cast<int>(f.rounds()),
          static_cast<int>(f.overflows())};
}

// Arrays of U by the identity of what they were made from.
template <class U>
using arrays_by_identity = std::map<const void*, std::shared_ptr<const std::vector<U>>>;

// The constants and tables of one operation in the carrier that a kernel reads.
template <class U>
struct packed_constants {
  std::vector<std::shared_ptr<const std::vector<U>>> storage;
  std::vector<constant_ref> constants;
  std::vector<table_ref> tables;
  std::vector<plain_format> formats;

  // `known` keeps what operations share; `trained`: the values before quantization instead of the
  // raws.
  explicit packed_constants(const operation& op, arrays_by_identity<U>& known,
                            bool trained = false) {
    for (const constant& c : op.constants) {
      const std::vector<U>& all = trained ? cast_all(c.values, known) : cast_all(c.raws, known);
      constants.push_back({all.data(), static_cast<std::ptrdiff_t>(all.size()), plain(c.format)});
    }
    for (const lookup_table& t : op.tables) {
      const std::vector<U>& all = cast_all(t.entries, known);
      tables.push_back({all.data(), t.low, static_cast<std::int64_t>(t.entries.size()),
                        plain(t.index), plain(t.entry), static_cast<int>(t.meaning), t.parameter});
    }
    for (const dyn& f : op.formats) formats.push_back(plain(f));
  }
  packed_constants(packed_constants&&) = default;
  packed_constants(const packed_constants&) = delete;

 private:
  template <class T>
  const std::vector<U>& cast_all(const shared_array<T>& from, arrays_by_identity<U>& known) {
    auto& to = known[from.identity()];
    if (!to) {
      std::vector<U> all;
      all.reserve(from.size());
      for (const T& v : from) all.push_back(static_cast<U>(v));
      to = std::make_shared<const std::vector<U>>(std::move(all));
    }
    storage.push_back(to);
    return *to;
  }
};

// The sizes that a schedule is asked about.
struct sizes_of_operation {
  std::vector<std::int64_t> inputs, constants;
  operation_sizes all;

  sizes_of_operation(const operation& op, const description& net) {
    for (int t : op.inputs) inputs.push_back(net.tensors[static_cast<std::size_t>(t)].size);
    for (const constant& c : op.constants)
      constants.push_back(static_cast<std::int64_t>(c.raws.size()));
    all = {op.ints.data(),
           static_cast<std::int64_t>(op.ints.size()),
           inputs.data(),
           static_cast<int>(inputs.size()),
           net.tensors[static_cast<std::size_t>(op.output)].size,
           constants.data(),
           static_cast<int>(constants.size())};
  }
  sizes_of_operation(const sizes_of_operation&) = delete;
};

// What the table says of an operation's cell, whatever the policy.
inline const engine_kernels::cell_entry& cell_of(const operation& op) {
  int size = 0;
  return engine_kernels::cell_table<scalar<int128>>(size)[op.cell];
}
inline std::size_t scratch_size(const operation& op, const description& net) {
  return static_cast<std::size_t>(cell_of(op).scratch(sizes_of_operation(op, net).all));
}

// Whether all tensors and constants are there from the start, or tensors are sized by the caller
// and constants made when first used.
enum class sample_memory { all, as_needed };

template <class P>
class sample_run {
 public:
  using raw = engine_kernels::raw_of<P>;
  using uniform = engine_kernels::uniform_of<P>;

  explicit sample_run(const description& net, bool trained = false,
                      sample_memory memory = sample_memory::all)
      : net_(net), trained_(trained), packed_(net.operations.size()) {
    const bool all = memory == sample_memory::all;
    for (const tensor& t : net.tensors)
      tensors.emplace_back(all ? static_cast<std::size_t>(t.size) : 0);
    for (std::size_t i = 0; all && i < net.operations.size(); ++i) constants_of(i);
  }

  // tensors[t][e]: set those of the inputs, then run the operations in order.
  std::vector<std::vector<raw>> tensors;

  void run_all() {
    for (std::size_t i = 0; i < net_.operations.size(); ++i)
      run(i, net_.tensors[static_cast<std::size_t>(net_.operations[i].output)].format,
          tensors[static_cast<std::size_t>(net_.operations[i].output)]);
  }

  // One operation, its result (in format `out`) into `result`.
  void run(std::size_t index, const dyn& out, std::vector<raw>& result) {
    const operation& op = net_.operations[index];
    std::vector<tensor_ref> inputs;
    for (int t : op.inputs) {
      const auto id = static_cast<std::size_t>(t);
      inputs.push_back({tensors[id].data(), 1, plain(net_.tensors[id].format), 1, 0});
    }
    std::vector<raw> scratch(scratch_size(op, net_));
    const packed_constants<uniform>& c = constants_of(index);
    int size = 0;
    op_args args{};
    args.inputs = inputs.data();
    args.n_inputs = static_cast<int>(inputs.size());
    args.output = {result.data(), 1, plain(out), 1, 0};
    args.output_size = static_cast<int>(result.size());
    args.constants = c.constants.data();
    args.tables = c.tables.data();
    args.formats = c.formats.data();
    args.ints = op.ints.data();
    args.scratch = scratch.data();
    args.groups = 1;
    engine_kernels::cell_table<P>(size)[op.cell].run(args);
  }

  const void* entries(std::size_t operation_index, std::size_t table_index) {
    return constants_of(operation_index).tables[table_index].entries;
  }

  // Frees the memory of an operation's constants.
  void forget_constants(std::size_t operation_index) {
    packed_[operation_index].reset();
    known_.clear();
  }

 private:
  const packed_constants<uniform>& constants_of(std::size_t i) {
    if (!packed_[i])
      packed_[i] =
          std::make_unique<packed_constants<uniform>>(net_.operations[i], known_, trained_);
    return *packed_[i];
  }

  const description& net_;
  bool trained_;
  arrays_by_identity<uniform> known_;
  std::vector<std::unique_ptr<packed_constants<uniform>>> packed_;
};

}  // namespace isobit::engine

#endif
