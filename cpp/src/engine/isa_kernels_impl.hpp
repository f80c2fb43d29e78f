// Everything that one instruction set provides, for registers of ISOBIT_REGISTER_BYTES. Included
// once per translation unit, with ISOBIT_ISA naming its inline namespace.
#include "cell_table.hpp"
#include "flat_input.hpp"
#include "int128_kernels.hpp"
#include "isa_packed.hpp"
#include "isobit/policy/block_lanes.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/neurons.hpp"
#include "isobit/policy/scalar.hpp"
#include "tensor_io.hpp"
#include "with_lane.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Registers of neighbouring elements serve schedules that go element by element; others see one
// element after the other. Layers with a weight matrix have kernels of their own
// (packed_table.hpp).
template <class T, int N>
struct policy_of<neurons<T, N>, schedule_kind::other> {
  using type = scalar<T>;
};
template <class T, int N>
struct policy_of<neurons<T, N>, schedule_kind::matrix> {
  using type = scalar<T>;
};
template <class T, int N>
struct policy_of<lanes<T, N>, schedule_kind::blockwise> {
  using type = block_lanes<T, N, engine::registers_of_a_block(N)>;
};

}  // namespace engine_kernels

namespace isa_impl {

using engine::element;
using engine::form;

template <class T>
struct policies {
  static constexpr int lanes_per_register = register_bytes / static_cast<int>(sizeof(T));
  using samples = lanes<T, lanes_per_register>;
  using neurons = isobit::neurons<T, lanes_per_register>;
};
template <>
struct policies<int128> {
  using samples = scalar<int128>;
};

template <class T>
engine::kernel find_in(layout way, int cell) {
  using both = policies<T>;
  int size = 0;
  return way == layout::samples
             ? engine_kernels::cell_table<typename both::samples>(size)[cell].run
             : engine_kernels::cell_table<typename both::neurons>(size)[cell].run;
}

inline engine::kernel find(layout way, lane l, int cell) {
  if (l == lane::i16) return find_in<std::int16_t>(way, cell);
  if (l == lane::i32) return find_in<std::int32_t>(way, cell);
  if (l == lane::i64) return find_in<std::int64_t>(way, cell);
  return engine::find_in_int128(cell);
}

// Activations that are not packed, in layout::neurons.
template <class T>
engine::kernel find_unpacked(const char* cell, const char* fused) {
  using namespace engine_kernels;
  constexpr int N = policies<T>::lanes_per_register;
  using tiles = neuron_tiles<packed_neurons<1, T, N>, 1, T, N>;
  const engine::kernel found = find_rows<tiles>(cell, fused);
  return found != nullptr ? found : find_rounded_rows<tiles>(cell, fused);
}

inline engine::kernel find_in_panels(lane l, const char* cell, const char* fused) {
  if (l == lane::i16) return find_unpacked<std::int16_t>(cell, fused);
  if (l == lane::i32) return find_unpacked<std::int32_t>(cell, fused);
  if (l == lane::i64) return find_unpacked<std::int64_t>(cell, fused);
  return nullptr;
}

inline engine::kernel find_any(layout way, lane l, int pack, weight_form weights, const char* cell,
                               const char* fused) {
  if (pack > 1) return find_packed(way, l, pack, weights, cell, fused);
  return way == layout::neurons ? find_in_panels(l, cell, fused) : nullptr;
}

// As map<linear>, with the modes of the format known.
template <class P, int M>
ISOBIT_FLATTEN void cast_all(const engine::op_args& a) {
  using namespace engine_kernels;
  using to_format = typename formats_of<M>::output;
  auto x = bind<P>(a.inputs[0], 0);
  auto y = bind<P>(a.output, 0);
  auto to = format_as<to_format>(a.output.format);
  for (int i = 0; i < a.output_size; ++i) y.data[i] = cells::linear::apply(x[i], to).raw;
}

template <class P, std::size_t... M>
engine::kernel cast_with(int modes, std::index_sequence<M...>) {
  static constexpr engine::kernel all[] = {&cast_all<P, static_cast<int>(M)>...};
  return all[modes];
}

inline engine::kernel find_cast(lane l, int modes) {
  return with_lane(l, [modes](auto t) {
    return cast_with<typename policies<decltype(t)>::samples>(
        modes, std::make_index_sequence<engine::n_fast_modes + 1>());
  });
}

inline void take_raws(lane l, const std::int64_t* x, std::ptrdiff_t n, bool is_signed, void* flat) {
  with_lane(
      l, [=](auto t) { flat_input::take_raws(x, n, is_signed, static_cast<decltype(t)*>(flat)); });
}

inline bool guard_floats(lane l, element kind, const void* x, std::ptrdiff_t n, double scale,
                         void* flat) {
  const auto* floats = static_cast<const float*>(x);
  const auto* doubles = static_cast<const double*>(x);
  if (l == lane::i32) {
    auto* to = static_cast<std::int32_t*>(flat);
    if (kind == element::f64)
      return flat_input::guard_floats<std::int32_t, double>(doubles, n, scale, to);
    // In float32 the scale itself must be a normal number.
    if (scale >= 0x1p-64 && scale <= 0x1p64)
      return flat_input::guard_floats<std::int32_t, float>(floats, n, scale, to);
    return flat_input::guard_floats<std::int32_t, double>(floats, n, scale, to);
  }
  auto* to = static_cast<std::int64_t*>(flat);
  return kind == element::f64
             ? flat_input::guard_floats<std::int64_t, double>(doubles, n, scale, to)
             : flat_input::guard_floats<std::int64_t, double>(floats, n, scale, to);
}

inline void spread(layout way, lane l, const void* flat, int first, int count, const form& to,
                   void* tensor, void* scratch) {
  with_lane(l, [&](auto t) {
    tensor_io::spread(way, static_cast<const decltype(t)*>(flat), first, count, to, tensor,
                      scratch);
  });
}

inline bool spread_signs(layout way, element kind, const void* x, int first, int count,
                         const form& to, void* tensor, void* scratch) {
  using tensor_io::spread_signs;
  return kind == element::f32
             ? spread_signs(way, static_cast<const float*>(x), first, count, to, tensor, scratch)
             : spread_signs(way, static_cast<const double*>(x), first, count, to, tensor, scratch);
}

inline void collect(layout way, lane l, const void* tensor, int count, int size, element kind,
                    double scale, void* y) {
  with_lane(l, [=](auto t) {
    tensor_io::collect(way, static_cast<const decltype(t)*>(tensor), count, size, kind, scale, y);
  });
}

inline void convert(layout way, const form& from, const void* x, const form& to, void* y) {
  with_lane(from.type, [&](auto t) {
    with_lane(to.type,
              [&](auto u) { tensor_io::convert<decltype(t), decltype(u)>(way, from, x, to, y); });
  });
}

constexpr engine::isa_kernels table(const char* name) {
  return {name,
          register_bytes,
          dot_takes_quads,
          registers_of_samples * words_per_register,
          words_per_register,
          find,
          find_any,
          find_cast,
          take_raws,
          guard_floats,
          spread,
          spread_signs,
          collect,
          convert};
}

}  // namespace isa_impl
}  // namespace ISOBIT_ISA
}  // namespace isobit
