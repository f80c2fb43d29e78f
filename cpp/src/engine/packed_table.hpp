// The layers that the engine computes from packed tensors, each with what may be fused behind it. A
// new one adds a line here.
#ifndef ISOBIT_ENGINE_PACKED_TABLE_HPP
#define ISOBIT_ENGINE_PACKED_TABLE_HPP

#include "isobit/cells/dense.hpp"
#include "isobit/cells/hard.hpp"
#include "isobit/cells/reduce.hpp"
#include "isobit/cells/relu.hpp"
#include "isobit/cells/rounded_dense.hpp"
#include "packed_schedules.hpp"
#include "schedules/windows.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

struct packed_entry {
  const char* cell;
  const char* fused;  // "" for nothing
  engine::kernel run;
};

template <int Size>
engine::kernel find_entry(const packed_entry (&table)[Size], const char* cell, const char* fused) {
  for (const packed_entry& e : table)
    if (std::strcmp(e.cell, cell) == 0 && std::strcmp(e.fused, fused) == 0) return e.run;
  return nullptr;
}

using any_formats = formats_of<engine::n_fast_modes>;

// A kernel of its own for each of `fast_modes`: for the layers that most of the time goes into.
template <class Tiles, class Cell, class Then, std::size_t... M>
void run_in_modes(const engine::op_args& a, std::index_sequence<M...>) {
  static constexpr engine::kernel all[] = {
      &Tiles::template run<Cell, Then, formats_of<static_cast<int>(M)>>...};
  all[a.modes](a);
}
template <class Tiles, class Cell, class Then>
void run_by_modes(const engine::op_args& a) {
  run_in_modes<Tiles, Cell, Then>(a, std::make_index_sequence<engine::n_fast_modes + 1>());
}

// Layers over rows.
template <class Tiles>
engine::kernel find_rows(const char* cell, const char* fused) {
  using namespace cells;
  static constexpr packed_entry table[] = {
      {"dense", "", &Tiles::template run<dense, nothing, any_formats>},
      {"dense", "relu", &Tiles::template run<dense, relu, any_formats>},
      {"dense", "binary_tanh", &Tiles::template run<dense, binary_tanh, any_formats>},
  };
  return find_entry(table, cell, fused);
}

// Layers over windows.
template <class Tiles>
engine::kernel find_windows(const char* cell, const char* fused) {
  using namespace cells;
  static constexpr packed_entry table[] = {
      {"convolution", "", &Tiles::template run_windows<dense, nothing, any_formats>},
      {"convolution", "relu", &Tiles::template run_windows<dense, relu, any_formats>},
  };
  return find_entry(table, cell, fused);
}

// Rows or windows.
template <class Tiles>
engine::kernel find_layer(const char* cell, const char* fused) {
  const engine::kernel found = find_rows<Tiles>(cell, fused);
  return found != nullptr ? found : find_windows<Tiles>(cell, fused);
}

// Layers over rows with kernels for certain modes, else as above.
template <class Tiles>
engine::kernel find_fast_rows(const char* cell, const char* fused) {
  using namespace cells;
  static constexpr packed_entry table[] = {
      {"dense", "", &run_by_modes<Tiles, dense, nothing>},
      {"dense", "relu", &run_by_modes<Tiles, dense, relu>},
  };
  const engine::kernel found = find_entry(table, cell, fused);
  return found != nullptr ? found : find_layer<Tiles>(cell, fused);
}

// Kernels over windows for the modes that quantized networks mostly have: they take long to
// compile.
template <class Tiles, class Then>
void run_windows_by_modes(const engine::op_args& a) {
  using cells::dense;
  using engine::fast_modes_at;
  constexpr int wrap = fast_modes_at(rounding::trn, overflow::wrap);
  constexpr int sat = fast_modes_at(rounding::rnd, overflow::sat);
  constexpr int held = fast_modes_at(rounding::rnd, overflow::wrap);
  if (a.modes == wrap)
    Tiles::template run_windows<dense, Then, formats_of<wrap>>(a);
  else if (a.modes == sat)
    Tiles::template run_windows<dense, Then, formats_of<sat>>(a);
  else if (a.modes == held)
    Tiles::template run_windows<dense, Then, formats_of<held>>(a);
  else
    Tiles::template run_windows<dense, Then, any_formats>(a);
}

// Rows or windows with kernels for certain modes, else as above.
template <class Tiles>
engine::kernel find_fast_layer(const char* cell, const char* fused) {
  static constexpr packed_entry table[] = {
      {"convolution", "", &run_windows_by_modes<Tiles, nothing>},
      {"convolution", "relu", &run_windows_by_modes<Tiles, cells::relu>},
  };
  const engine::kernel found = find_entry(table, cell, fused);
  return found != nullptr ? found : find_fast_rows<Tiles>(cell, fused);
}

// Sums of rounded products, over rows or windows.
template <class Tiles, class Then>
void run_rounded_rows(const engine::op_args& a) {
  constexpr int wrap = engine::fast_modes_at(rounding::trn, overflow::wrap);
  a.modes == wrap ? Tiles::template run<cells::rounded_dense, Then, formats_of<wrap>>(a)
                  : Tiles::template run<cells::rounded_dense, Then, any_formats>(a);
}
template <class Tiles>
engine::kernel find_rounded(const char* cell, const char* fused) {
  using namespace cells;
  static constexpr packed_entry table[] = {
      {"rounded_dense", "", &run_rounded_rows<Tiles, nothing>},
      {"rounded_dense", "relu", &run_rounded_rows<Tiles, relu>},
      {"rounded_convolution", "",
       &Tiles::template run_windows<rounded_dense, nothing, any_formats>},
      {"rounded_convolution", "relu",
       &Tiles::template run_windows<rounded_dense, relu, any_formats>},
  };
  return find_entry(table, cell, fused);
}
// The same over rows only, in any formats.
template <class Tiles>
engine::kernel find_rounded_rows(const char* cell, const char* fused) {
  static constexpr packed_entry table[] = {
      {"rounded_dense", "", &Tiles::template run<cells::rounded_dense, nothing, any_formats>},
  };
  return find_entry(table, cell, fused);
}

// Kernels for sums of which only the signs are wanted.
template <class Tiles>
void run_rows_of_signs(const engine::op_args& a) {
  constexpr int signs = engine::fast_modes_at(rounding::trn, overflow::pm1);
  a.modes == signs ? Tiles::template run<cells::dense, nothing, formats_of<signs>>(a)
                   : Tiles::template run<cells::dense, nothing, any_formats>(a);
}
template <class Tiles>
void run_windows_of_signs(const engine::op_args& a) {
  constexpr int signs = engine::fast_modes_at(rounding::trn, overflow::pm1);
  a.modes == signs ? Tiles::template run_windows<cells::dense, nothing, formats_of<signs>>(a)
                   : Tiles::template run_windows<cells::dense, nothing, any_formats>(a);
}

// Rows or windows with such kernels, else as above.
template <class Tiles>
engine::kernel find_signs_of_layer(const char* cell, const char* fused) {
  static constexpr packed_entry table[] = {
      {"dense", "", &run_rows_of_signs<Tiles>},
      {"convolution", "", &run_windows_of_signs<Tiles>},
  };
  const engine::kernel found = find_entry(table, cell, fused);
  return found != nullptr ? found : find_layer<Tiles>(cell, fused);
}

// Windows of which one stored element is chosen: P is a policy of stored_elements.hpp. Their ints
// count the words of packed rows (stored_neurons: elements of whole words).
template <class P>
engine::kernel find_choices(const char* cell, const char* fused) {
  using namespace cells;
  static constexpr packed_entry table[] = {
      {"reduce_max", "", &run_groups<P, windows<reduce_max>>},
      {"reduce_min", "", &run_groups<P, windows<reduce_min>>},
  };
  return find_entry(table, cell, fused);
}

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
