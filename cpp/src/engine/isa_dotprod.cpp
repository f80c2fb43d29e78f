// Dot products of bytes by ARM's sdot; the rest is that of generic.
#define ISOBIT_REGISTER_BYTES 16
#include "isa_with_dot.hpp"

const isobit::engine::isa_kernels& isobit::engine::isa_dotprod() noexcept {
  static const isa_kernels kernels = isa_impl::table_over<isa_generic>("dotprod");
  return kernels;
}
