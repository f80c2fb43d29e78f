#define ISOBIT_REGISTER_BYTES 16
#include "int128_kernels.hpp"

#include "cell_table.hpp"
#include "isobit/policy/scalar.hpp"

isobit::engine::kernel isobit::engine::find_in_int128(int cell) {
  int size = 0;
  return engine_kernels::cell_table<scalar<int128>>(size)[cell].run;
}
