// What all CPU schedules share: loops over the elements of tensors that call a cell. No arithmetic
// on data in any of them.
#ifndef ISOBIT_ENGINE_SCHEDULES_SCHEDULE_HPP
#define ISOBIT_ENGINE_SCHEDULES_SCHEDULE_HPP

#include <utility>

#include "engine/bind_args.hpp"

// Where speed counts, all that a kernel calls is inlined, so that whatever depends on formats only
// leaves its loop. The oracles and the proof do without, and so does a build with sanitizers: it
// would cost minutes of compilation.
#if defined(ISOBIT_REGISTER_BYTES) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define ISOBIT_FLATTEN __attribute__((flatten))
#else
#define ISOBIT_FLATTEN
#endif
// What several kernels share and call.
#define ISOBIT_APART __attribute__((noinline))

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// What a schedule does with neighbouring elements: `elementwise` ones may go over several at once,
// `blockwise` ones too, and with batches over several registers of samples (block_lanes.hpp);
// those of a `matrix` and a `convolution` have kernels for packed tensors (packed_table.hpp).
// Those of `runs` take several neighbouring elements that may begin anywhere.
enum class schedule_kind { elementwise, blockwise, runs, matrix, convolution, other };

// What every schedule says of itself. A schedule inherits this, hides what is different, and has
//   name            by which generators of code know it (plugin/operations.py)
//   run<P>(args)    the kernel, for one group of samples
//   wrong(sizes)    what an operation's sizes must not be, said as "wants ..."; null if all is
//   well.
//                   Numbers of inputs, constants, tables and formats are checked before.
struct schedule {
  static constexpr schedule_kind kind = schedule_kind::other;
  // Raws that it needs besides its tensors.
  static std::int64_t scratch(const engine::operation_sizes&) { return 0; }
  // About how many multiplications it takes.
  static double work(const engine::operation_sizes& s) { return static_cast<double>(s.output); }
};

// The kernel of a schedule: one group of samples after the other.
template <class P, class Schedule>
void run_groups(const engine::op_args& all) {
  engine::op_args a = all;
  for (a.group = 0; a.group < a.groups; ++a.group) Schedule::template run<P>(a);
}

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
