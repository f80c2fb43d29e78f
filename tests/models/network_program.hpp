// What a generated comparison of networks shares: tensors of a policy that can be filled from
// 64-bit raws and read back. With `ap`, data enters and leaves through ap_fixed, as at the ports of
// a design.
#ifndef ISOBIT_TESTS_NETWORK_PROGRAM_HPP
#define ISOBIT_TESTS_NETWORK_PROGRAM_HPP

#define NDEBUG  // the vendor's headers assert things that they then do anyway
#include <ap_fixed.h>
#include <ap_int.h>

#include <cstdio>
#include <vector>

#include "hls_kernels/policy/ap.hpp"
#include "isobit/cells.hpp"
#include "isobit/policy/scalar.hpp"

using int64 = std::int64_t;
using reference = isobit::scalar<isobit::int128>;
using isobit::count;
using isobit::fmt;
using isobit::overflow;
using isobit::rounding;
using isobit::window;
namespace cells = isobit::cells;

template <class F>
isobit::num<reference, F> from_int64(reference, const F& f, int64 raw) {
  return {f, f.is_signed() ? isobit::int128(raw) : isobit::int128(static_cast<std::uint64_t>(raw))};
}
template <class F>
int64 to_int64(const isobit::num<reference, F>& v) {
  return static_cast<int64>(v.raw);
}
template <class F>
isobit::num<isobit::ap, F> from_int64(isobit::ap, const F& f, int64 raw) {
  isobit::ap::port<F> value;
  value.range(F::width() - 1, 0) = ap_uint<F::width()>(raw).range(F::width() - 1, 0);
  return isobit::ap::read_port(f, value);
}
template <class F>
int64 to_int64(const isobit::num<isobit::ap, F>& v) {
  return v.raw.to_int64();
}

// N raws of one format; used for data, and for constants and tables where raw and uniform agree.
template <class P, class F, int N>
struct tensor {
  typename P::template raw<F> raws[N];

  tensor() = default;
  explicit tensor(const int64* source) {
    for (int i = 0; i < N; ++i) raws[i] = from_int64(P(), F(), source[i]).raw;
  }
  isobit::view<P, F> view() { return {F(), raws}; }
  isobit::num<P, F> operator[](int i) { return view()[i]; }
  template <class V>
  void put(int i, const V& v) {
    view().put(i, v);
  }
  // One constant for all elements, or one for each.
  isobit::constants<P, F> constants() const { return {F(), raws, N > 1 ? 1 : 0}; }
  template <class Index>
  isobit::table<P, Index, F> table(int64 low) const {
    return {Index(), F(), low, N, raws, isobit::function::sigmoid, 0.0};
  }
  void append_to(std::vector<int64>& out) {
    for (int i = 0; i < N; ++i) out.push_back(to_int64(view()[i]));
  }
};

// Reads samples from argv[1] and writes all tensors of both policies to argv[2], network by
// network.
using network = void (*)(const int64*, std::vector<int64>&);
struct entry {
  network with_ap, with_scalar;
  int inputs;
};
template <int N>
int run_all(const entry (&networks)[N], int samples, int argc, char** argv) {
  std::FILE* in = argc == 3 ? std::fopen(argv[1], "rb") : nullptr;
  std::FILE* out = in ? std::fopen(argv[2], "wb") : nullptr;
  if (!out) return 2;
  for (const entry& e : networks) {
    std::vector<int64> x(static_cast<std::size_t>(e.inputs)), y;
    for (int s = 0; s < samples; ++s) {
      if (std::fread(x.data(), sizeof(int64), x.size(), in) != x.size()) return 3;
      e.with_ap(x.data(), y);
      e.with_scalar(x.data(), y);
    }
    if (std::fwrite(y.data(), sizeof(int64), y.size(), out) != y.size()) return 4;
  }
  std::fclose(in);
  return std::fclose(out);
}

#endif
