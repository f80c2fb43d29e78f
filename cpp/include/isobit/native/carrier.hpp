// How the raws of a policy are read from and written to storage of narrower integers.
#ifndef ISOBIT_NATIVE_CARRIER_HPP
#define ISOBIT_NATIVE_CARRIER_HPP

#include "isobit/native/convert.hpp"
#include "isobit/policy/neurons.hpp"
#include "isobit/policy/scalar.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// Of the widest register that the compiler was told of.
#if defined(__AVX512F__)
constexpr int register_bytes = 64;
#elif defined(__AVX2__)
constexpr int register_bytes = 32;
#else
constexpr int register_bytes = 16;
#endif

// `width` neighbouring elements make one raw.
template <class P>
struct carrier;

template <class T>
struct carrier<scalar<T>> {
  static constexpr int width() { return 1; }

  template <class S>
  static T load(const S* from) {
    return static_cast<T>(*from);
  }
  template <class S>
  static T broadcast(S value) {
    return static_cast<T>(value);
  }
  template <class S>
  static void store(S* to, T raw) {
    *to = static_cast<S>(raw);
  }
};

template <class T, int N>
struct carrier<neurons<T, N>> {
  using vec = typename neurons<T, N>::vec;
  static constexpr int width() { return N; }

  template <class S>
  static vec load(const S* from) {
    return load_as<T, N>(from);
  }
  template <class S>
  static vec broadcast(S value) {
    return vec{} + static_cast<T>(value);
  }
  template <class S>
  static void store(S* to, vec raws) {
    store_as<T, N>(to, raws);
  }
};

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
