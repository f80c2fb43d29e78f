// The body of every isa_*.cpp: instantiates lanes of REGISTER_BYTES and fills the table.
// Included once per translation unit, with ISOBIT_ISA naming its inline namespace.
#include "block_io.hpp"
#include "cell_table.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/scalar.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace isa_impl {

using namespace block_io;

template <class T>
struct policy_for {
  static constexpr int samples = ISOBIT_REGISTER_BYTES / static_cast<int>(sizeof(T));
  using type = lanes<T, samples>;
};
template <>
struct policy_for<int128> {
  static constexpr int samples = 1;
  using type = scalar<int128>;
};

inline int samples(lane l) {
  return with_lane(l, [](auto t) { return policy_for<decltype(t)>::samples; });
}

inline engine::kernel find(lane l, int cell) {
  return with_lane(l, [cell](auto t) {
    int size = 0;
    return engine_kernels::cell_table<typename policy_for<decltype(t)>::type>(size)[cell].run;
  });
}

inline void load_raws(lane l, const std::int64_t* x, int count, int size, bool is_signed,
                      void* storage) {
  with_lane(l,
            [=](auto t) { block_io::load_raws<decltype(t)>(x, count, size, is_signed, storage); });
}

template <class T>
bool load_floats_as(element kind, const void* x, int count, int size, double scale, void* storage,
                    void* scratch) {
  if (kind == element::f32)
    return block_io::load_floats<T>(static_cast<const float*>(x), count, size, scale, storage,
                                    scratch);
  return block_io::load_floats<T>(static_cast<const double*>(x), count, size, scale, storage,
                                  scratch);
}

inline bool load_floats(lane l, element kind, const void* x, int count, int size, double scale,
                        void* storage, void* scratch) {
  if (l == lane::i32)
    return load_floats_as<std::int32_t>(kind, x, count, size, scale, storage, scratch);
  return load_floats_as<std::int64_t>(kind, x, count, size, scale, storage, scratch);
}

inline void store(lane l, element kind, const void* storage, int count, int size, double scale,
                  void* y) {
  with_lane(l, [=](auto t) { block_io::store<decltype(t)>(kind, storage, count, size, scale, y); });
}

inline void convert(lane from, lane to, const void* x, int raws, void* y) {
  with_lane(from, [=](auto t) {
    with_lane(to, [=](auto u) { block_io::convert<decltype(t), decltype(u)>(x, raws, y); });
  });
}

constexpr engine::isa_kernels table(const char* name) {
  return {name, samples, find, load_raws, load_floats, store, convert};
}

}  // namespace isa_impl
}  // namespace ISOBIT_ISA
}  // namespace isobit
