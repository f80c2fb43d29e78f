// The table of functions that each instruction set provides. Its code is compiled once per
// instruction set (isa_*.cpp) and chosen at run time; the bits do not depend on the choice.
#ifndef ISOBIT_ENGINE_ISA_KERNELS_HPP
#define ISOBIT_ENGINE_ISA_KERNELS_HPP

#include "lane.hpp"
#include "op_args.hpp"

namespace isobit::engine {

// What a caller's buffer holds, sample-major.
enum class element { f32, f64, i64 };

struct isa_kernels {
  const char* name;

  // A kernel works on `samples(lane)` samples at once; a block is a whole number of those.
  int (*samples)(lane);
  kernel (*find)(lane, int cell);

  // count x size raws (as int64; is_signed tells how to read the top bit) into element-major
  // storage.
  void (*load_raws)(lane, const std::int64_t* x, int count, int size, bool is_signed,
                    void* storage);
  // Floats times `scale` (a power of two) as integers with two more bits, guard and sticky:
  // rounding them by any mode gives what rounding the float itself gives. False where one value
  // does not fit or vanishes; the storage is then undefined. Lanes i32 and i64 only. `scratch` is
  // as large as `storage`.
  bool (*load_floats)(lane, element, const void* x, int count, int size, double scale,
                      void* storage, void* scratch);
  // Element-major raws into the caller's count x size buffer, floats times `scale`.
  void (*store)(lane, element, const void* storage, int count, int size, double scale, void* y);
  // The same raws in another lane type.
  void (*convert)(lane from, lane to, const void* x, int raws, void* y);
};

// The instruction sets that this processor has, best first.
int usable_isas(const isa_kernels* const*& list);

const isa_kernels& isa_generic();
#if defined(__x86_64__)
const isa_kernels& isa_avx2();
const isa_kernels& isa_avx512();
#endif

}  // namespace isobit::engine

#endif
