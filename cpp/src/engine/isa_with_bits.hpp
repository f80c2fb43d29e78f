// An instruction set that adds only counts of bits to another one: it has kernels of its own for
// words of bits and takes the rest from that one. Included once per translation unit, with
// ISOBIT_ISA naming its inline namespace and ISOBIT_REGISTER_BYTES as of the other one.
#include "isa_packed.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace isa_impl {

using base_isa = const engine::isa_kernels&() noexcept;

template <base_isa* Base>
engine::kernel find_bits_or_of(layout way, lane l, int pack, weight_form weights, const char* cell,
                               const char* fused) {
  return pack >= bits_of_a_word && l == lane::i32
             ? find_signs(way, pack, weights, cell, fused)
             : Base().find_packed(way, l, pack, weights, cell, fused);
}

template <base_isa* Base>
engine::isa_kernels table_over(const char* name) {
  engine::isa_kernels all = Base();
  all.name = name;
  all.find_packed = find_bits_or_of<Base>;
  return all;
}

}  // namespace isa_impl
}  // namespace ISOBIT_ISA
}  // namespace isobit
