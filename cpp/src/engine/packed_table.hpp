// The layers that the engine computes from packed tensors, each with what may be fused behind it. A
// new one adds a line here.
#ifndef ISOBIT_ENGINE_PACKED_TABLE_HPP
#define ISOBIT_ENGINE_PACKED_TABLE_HPP

#include "isobit/cells/dense.hpp"
#include "isobit/cells/hard.hpp"
#include "isobit/cells/reduce.hpp"
#include "isobit/cells/relu.hpp"
#include "packed_schedules.hpp"
#include "schedules/windows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

struct packed_entry {
  const char* cell;
  const char* fused;                                  // "" for nothing
  engine::kernel by_modes[engine::n_fast_modes + 1];  // the last one for any formats
};

template <class Tiles, class Cell, class Then, std::size_t... M>
constexpr packed_entry packed(const char* cell, const char* fused, std::index_sequence<M...>) {
  return {cell, fused, {&Tiles::template run<Cell, Then, formats_of<static_cast<int>(M)>>...}};
}

template <class Tiles>
engine::kernel find_packed(const char* cell, const char* fused, int modes) {
  using namespace cells;
  constexpr std::make_index_sequence<engine::n_fast_modes + 1> all;
  static constexpr packed_entry table[] = {
      packed<Tiles, dense, nothing>("dense", "", all),
      packed<Tiles, dense, relu>("dense", "relu", all),
      packed<Tiles, dense, binary_tanh>("dense", "binary_tanh", all),
  };
  for (const packed_entry& e : table)
    if (std::strcmp(e.cell, cell) == 0 && std::strcmp(e.fused, fused) == 0)
      return e.by_modes[modes];
  return nullptr;
}

struct entry_for_any_formats {
  const char *cell, *fused;
  engine::kernel run;
};

template <int Size>
engine::kernel find_entry(const entry_for_any_formats (&table)[Size], const char* cell,
                          const char* fused) {
  for (const entry_for_any_formats& e : table)
    if (std::strcmp(e.cell, cell) == 0 && std::strcmp(e.fused, fused) == 0) return e.run;
  return nullptr;
}

// The same where one kernel for any formats is enough.
template <class Tiles>
engine::kernel find_in_any_formats(const char* cell, const char* fused) {
  using namespace cells;
  using formats = formats_of<engine::n_fast_modes>;
  static constexpr entry_for_any_formats table[] = {
      {"dense", "", &Tiles::template run<dense, nothing, formats>},
      {"dense", "relu", &Tiles::template run<dense, relu, formats>},
      {"dense", "binary_tanh", &Tiles::template run<dense, binary_tanh, formats>},
  };
  return find_entry(table, cell, fused);
}

// Layers over windows, with the modes at one position of `fast_modes`, or any.
template <class Tiles, int M = engine::n_fast_modes>
engine::kernel find_windows(const char* cell, const char* fused) {
  using namespace cells;
  using formats = formats_of<M>;
  static constexpr entry_for_any_formats table[] = {
      {"convolution", "", &Tiles::template run_windows<dense, nothing, formats>},
      {"convolution", "relu", &Tiles::template run_windows<dense, relu, formats>},
  };
  return find_entry(table, cell, fused);
}

// The same with the modes that quantized networks mostly have (a kernel takes long to compile);
// the others take the one for any.
template <class Tiles>
engine::kernel find_windows(const char* cell, const char* fused, int modes) {
  using engine::fast_modes_at;
  constexpr int wrap = fast_modes_at(rounding::trn, overflow::wrap);
  constexpr int sat = fast_modes_at(rounding::rnd, overflow::sat);
  constexpr int held = fast_modes_at(rounding::rnd, overflow::wrap);
  return modes == wrap   ? find_windows<Tiles, wrap>(cell, fused)
         : modes == sat  ? find_windows<Tiles, sat>(cell, fused)
         : modes == held ? find_windows<Tiles, held>(cell, fused)
                         : find_windows<Tiles>(cell, fused);
}

// Windows of which one stored element is chosen: P is a policy of stored_elements.hpp. Their ints
// count the words of packed rows (stored_neurons: elements of whole words).
template <class P>
engine::kernel find_choices(const char* cell, const char* fused) {
  using namespace cells;
  static constexpr entry_for_any_formats table[] = {
      {"reduce_max", "", &run_groups<P, windows<reduce_max>>},
      {"reduce_min", "", &run_groups<P, windows<reduce_min>>},
  };
  return find_entry(table, cell, fused);
}

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
