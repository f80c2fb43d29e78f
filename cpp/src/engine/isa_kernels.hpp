// The table of functions that each instruction set provides. Its code is compiled once per
// instruction set (isa_*.cpp) and chosen at run time; the bits do not depend on the choice.
#ifndef ISOBIT_ENGINE_ISA_KERNELS_HPP
#define ISOBIT_ENGINE_ISA_KERNELS_HPP

#include "lane.hpp"
#include "op_args.hpp"

namespace isobit::engine {

// What a caller's buffer holds, sample-major.
enum class element { f32, f64, i64 };

// How a tensor lies in memory: raws of a lane type (pack 1), or words of `pack` elements (or bit
// planes: engine::words), each stored as raw + offset, rows of row_size elements being padded to
// whole words.
struct form {
  lane type;
  int pack;
  int offset;
  int rows, row_size;
};

// How the weights of a packed layer lie (weights.hpp). Kernels for few samples read panels; pooling
// has none.
enum class weight_form { none, panels, sparse, panels_for_few };

struct isa_kernels {
  const char* name;
  int register_bytes;
  // Whether words of four elements pay.
  bool takes_quads;
  // Samples that a kernel for packed tensors computes at once in layout::samples, and one for few.
  int packed_samples, few_packed_samples;

  kernel (*find)(layout, lane, int cell);
  // For a layer whose input is packed (layout::neurons: or not), with the cell that is fused behind
  // it ("": none); null if there is none. Sparse weights are for
  // packed inputs in layout::samples only.
  kernel (*find_packed)(layout, lane, int pack, weight_form, const char* cell, const char* fused);

  // Casts registers of neighbouring raws, `output_size` of them, for the modes at this position of
  // fast_modes (the last: any).
  kernel (*find_cast)(lane, int modes);
  // n raws (as int64; is_signed tells how to read the top bit) as they are.
  void (*take_raws)(lane, const std::int64_t* x, std::ptrdiff_t n, bool is_signed, void* flat);
  // n floats times `scale` (a power of two) with guard and sticky bit (flat_input.hpp). False where
  // one value does not fit, vanishes or is not finite. Lanes i32 and i64 only.
  bool (*guard_floats)(lane, element, const void* x, std::ptrdiff_t n, double scale, void* flat);
  // Flat raws of `count` samples into a tensor, from this sample of its block on; `scratch` has
  // room for as many words.
  void (*spread)(layout, lane flat_type, const void* flat, int first, int count, const form& to,
                 void* tensor, void* scratch);
  // Floats of `count` samples into a tensor of bits (form.pack 32), as spread. False where one is
  // not finite.
  bool (*spread_signs)(layout, element, const void* x, int first, int count, const form& to,
                       void* tensor, void* scratch);
  // Raws of a tensor that is not packed into the caller's count x size buffer, floats times
  // `scale`.
  void (*collect)(layout, lane, const void* tensor, int count, int size, element, double scale,
                  void* y);
  // A tensor from one form to another, of which one at most is packed; or words of four elements to
  // bit planes of the same rows.
  void (*convert)(layout, const form& from, const void* x, const form& to, void* y);
};

// The instruction sets that this processor has, best first, without those that the environment
// variable ISOBIT_DISABLE_ISAS names (read once). Throws std::invalid_argument for a name that it
// does not know.
int usable_isas(const isa_kernels* const*& list);

const isa_kernels& isa_generic() noexcept;
#if defined(__x86_64__)
const isa_kernels& isa_avx2() noexcept;
const isa_kernels& isa_avxvnni() noexcept;
const isa_kernels& isa_avx512() noexcept;
const isa_kernels& isa_avx512vnni() noexcept;
const isa_kernels& isa_avx512vpopcnt() noexcept;
#elif defined(__aarch64__)
const isa_kernels& isa_dotprod() noexcept;
#endif

}  // namespace isobit::engine

#endif
