// Tensors as pointers with one format. A view reads and writes numbers; the storage holds raws
// only.
#ifndef ISOBIT_VIEW_HPP
#define ISOBIT_VIEW_HPP

#include <cstddef>

#include "isobit/num.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {

// Data that varies from lane to lane. Element i lies `i * stride` raws behind `data`.
template <class P, class F>
struct view : private F {
  using raw_type = typename P::template raw<F>;

  raw_type* data;
  std::ptrdiff_t stride;

  view(const F& format, raw_type* d, std::ptrdiff_t s = 1) : F(format), data(d), stride(s) {}
  const F& format() const { return *this; }
  num<P, F> operator[](std::ptrdiff_t i) const { return num<P, F>(*this, data[i * stride]); }
  void put(std::ptrdiff_t i, const num<P, F>& v) const { data[i * stride] = v.raw; }
  view from(std::ptrdiff_t i) const { return view(*this, data + i * stride, stride); }
};

// Constants: the same in every lane, stored once. Element i lies `i * stride` behind `data`
// (stride 0: one constant for all elements).
template <class P, class F>
struct constants : private F {
  using uniform_type = typename P::template uniform<F>;

  const uniform_type* data;
  std::ptrdiff_t stride;

  constants(const F& format, const uniform_type* d, std::ptrdiff_t s = 1)
      : F(format), data(d), stride(s) {}
  const F& format() const { return *this; }
  num<P, F> operator[](std::ptrdiff_t i) const {
    return num<P, F>(*this, P::splat(format(), data[i * stride]));
  }
  constants from(std::ptrdiff_t i) const { return constants(*this, data + i * stride, stride); }
};

}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
