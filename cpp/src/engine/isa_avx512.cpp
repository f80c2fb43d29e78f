// Kernels for AVX512, compiled with its flags.
#define ISOBIT_REGISTER_BYTES 64
#include "isa_kernels_impl.hpp"

const isobit::engine::isa_kernels& isobit::engine::isa_avx512() {
  static constexpr isa_kernels table = {"avx512",
                                        isa_impl::samples,
                                        isa_impl::find,
                                        isa_impl::load_raws,
                                        isa_impl::load_floats,
                                        isa_impl::store,
                                        isa_impl::convert};
  return table;
}
