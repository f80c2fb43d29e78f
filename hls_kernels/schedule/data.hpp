// The data of kernels: tensors are arrays of raws, constants and tables read-only arrays of plain
// integers. What is known when a design is compiled is a type.
#ifndef ISOBIT_HLS_SCHEDULE_DATA_HPP
#define ISOBIT_HLS_SCHEDULE_DATA_HPP

#include "isobit/table.hpp"
#include "isobit/view.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace kernels {

// `Size` raws of format F.
template <class F, int Size>
struct tensor {
  using format_type = F;
  static constexpr int size() { return Size; }
  template <class P>
  using array = typename P::template raw<F>[Size];

  template <class P>
  static num<P, F> at(const array<P>& raws, int i) {
    return num<P, F>(F(), raws[i]);
  }
  template <class P>
  static void put(array<P>& raws, int i, const num<P, F>& v) {
    raws[i] = v.raw;
  }
  // The elements from number i on, for cells that read or write rows.
  template <class P>
  static view<P, F> from(array<P>& raws, int i) {
    return view<P, F>(F(), raws + i);
  }
};
template <class P, class T>
using array = typename T::template array<P>;

// What a cell takes besides data, in three kinds with one interface: `at<P>(i)` is the argument for
// element i.

// D supplies `data()`; one element serves all.
template <class D, class F, int Size>
struct constant {
  using format_type = F;
  static constexpr int size() { return Size; }

  template <class P>
  static num<P, F> at(int i) {
    return num<P, F>(F(), P::splat(F(), D::data()[Size == 1 ? 0 : i]));
  }
};

// D supplies `data()`.
template <class D, class Index, class Entry, std::int64_t Low, std::int64_t Size>
struct lookup {
  using index_type = Index;
  using entry_type = Entry;

  template <class P>
  static table<P, Index, Entry> at(int) {
    return {Index(), Entry(), Low, Size, D::data(), function::given, 0};
  }
};

template <class F>
struct in_format {
  template <class P>
  static F at(int) {
    return F();
  }
};

// The accumulator of proven width: a cast into it changes nothing.
struct exact {
  template <class P>
  static exact at(int) {
    return {};
  }
};

template <class P, class From>
num<P, From> cast(const num<P, From>& v, const exact&) {
  return v;
}

// Lists of types.
template <class... X>
struct inputs {};
template <class... C>
struct arguments {};

}  // namespace kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
