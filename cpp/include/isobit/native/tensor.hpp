// The data of a network with static formats: tensors in a workspace, constants and tables in the
// program. Everything that is known when a plugin is compiled is a type; what is left at run time
// is one address.
#ifndef ISOBIT_NATIVE_TENSOR_HPP
#define ISOBIT_NATIVE_TENSOR_HPP

#include <cstddef>
#include <cstdint>

#include "isobit/native/carrier.hpp"
#include "isobit/table.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// `Size` raws of format F, kept as integers S (which hold every raw that is proven to occur),
// `Offset` bytes behind the beginning of the workspace.
template <class F, class S, int Size, std::size_t Offset>
struct tensor {
  using format_type = F;
  using storage_type = S;
  static constexpr int size() { return Size; }
  static S* data(unsigned char* workspace) { return reinterpret_cast<S*>(workspace + Offset); }

  template <class P>
  static num<P, F> at(unsigned char* workspace, int i) {
    return num<P, F>(F(), carrier<P>::load(data(workspace) + i));
  }
  template <class P>
  static void put(unsigned char* workspace, int i, const num<P, F>& v) {
    carrier<P>::store(data(workspace) + i, v.raw);
  }
};

// What a cell takes besides data, in three kinds with one interface: `at<P>(i)` is the argument for
// element i.

// D supplies `data()`; one element serves all.
template <class D, class F, int Size>
struct constant {
  using format_type = F;
  static constexpr int size() { return Size; }

  template <class P>
  static num<P, F> at(int i) {
    return num<P, F>(F(), Size == 1 ? carrier<P>::broadcast(*D::data())
                                    : carrier<P>::load(D::data() + (Size == 1 ? 0 : i)));
  }
};

// D supplies `data()`: entries in the carrier that the policy's tables have.
template <class D, class Index, class Entry, std::int64_t Low, std::int64_t Size>
struct lookup {
  using index_type = Index;
  using entry_type = Entry;

  template <class P>
  static table<P, Index, Entry> at(int) {
    return {Index(), Entry(), Low, Size, D::data(), function::sigmoid, 0};
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

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
