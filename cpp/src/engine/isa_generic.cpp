// Kernels for any processor, compiled with its flags.
#define ISOBIT_REGISTER_BYTES 16
#include "isa_kernels_impl.hpp"

const isobit::engine::isa_kernels& isobit::engine::isa_generic() noexcept {
  static constexpr isa_kernels kernels = isa_impl::table("generic");
  return kernels;
}
