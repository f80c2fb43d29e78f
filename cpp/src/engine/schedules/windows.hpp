// Windows of elements to one element each: reductions and pooling.
#ifndef ISOBIT_ENGINE_SCHEDULES_WINDOWS_HPP
#define ISOBIT_ENGINE_SCHEDULES_WINDOWS_HPP

#include <cstring>

#include "engine/schedules/rows.hpp"
#include "isobit/policy/neurons.hpp"
#include "isobit/policy/stored_elements.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// The raw that begins at element i of a tensor. Registers of neighbouring elements may begin
// anywhere, and reach past what they are wanted for: buffers and constants have room behind.
template <class P>
struct raw_at {
  static constexpr int width = 1;
  static num<P, dyn> get(const view<P, dyn>& x, std::ptrdiff_t i) { return x[i]; }
  static num<P, dyn> get(const constants<P, dyn>& c, std::ptrdiff_t i) { return c[i]; }
  static void put(const view<P, dyn>& y, std::ptrdiff_t i, const num<P, dyn>& v) { y.put(i, v); }
};
template <class P>
struct register_at {
  using T = typename P::word_type;
  static constexpr int width = P::width;
  static num<P, dyn> get(const view<P, dyn>& x, std::ptrdiff_t i) {
    return {x.format(), load(x.data, i)};
  }
  static num<P, dyn> get(const constants<P, dyn>& c, std::ptrdiff_t i) {
    return {c.format(), load(c.data, i * c.stride)};
  }
  static void put(const view<P, dyn>& y, std::ptrdiff_t i, const num<P, dyn>& v) {
    std::memcpy(reinterpret_cast<unsigned char*>(y.data) + i * std::ptrdiff_t{sizeof(T)}, &v.raw,
                sizeof v.raw);
  }

 private:
  static typename P::vec load(const void* data, std::ptrdiff_t i) {
    typename P::vec v;
    std::memcpy(&v, static_cast<const unsigned char*>(data) + i * std::ptrdiff_t{sizeof(T)},
                sizeof v);
    return v;
  }
};
template <class T, int N>
struct raw_at<neurons<T, N>> : register_at<neurons<T, N>> {};
template <class T, int N>
struct raw_at<stored_neurons<T, N>> : register_at<stored_neurons<T, N>> {};

template <class Cell, class P, std::size_t... C>
void windows_with(const engine::op_args& a, std::index_sequence<C...>) {
  const int run = static_cast<int>(a.ints[0]), positions = static_cast<int>(a.ints[1]);
  const int longest = static_cast<int>(a.ints[2]);
  const std::int64_t *begins = a.ints + 3, *bases = begins + positions + 1;
  auto x = bind<P>(a.inputs[0], a.group);
  auto y = bind<P>(a.output, a.group);
  using element = raw_at<P>;
  // A register may reach past its run, into outputs that come later.
  for (int p = 0; p < positions; ++p)
    for (int c = 0; c < run; c += element::width) {
      auto all = Cell::begin(longest, element::get(x, bases[begins[p]] + c));
      for (std::int64_t k = begins[p] + 1; k < begins[p + 1]; ++k)
        all = Cell::step(all, element::get(x, bases[k] + c));
      const int to = p * run + c;
      element::put(y, to,
                   Cell::finish(all, element::get(bind<P>(a.constants[C]), to)..., y.format()));
    }
}

// Output (p, c) of positions x run comes from the input elements base + c for the bases of window
// p. Ints: run, positions, the longest window, where each window begins among the bases (and where
// the last ends), the bases.
template <class Cell>
struct windows : schedule {
  static constexpr const char* name = "windows";
  static constexpr schedule_kind kind = schedule_kind::runs;
  static const char* wrong(const engine::operation_sizes& s) {
    if (s.n_ints < 5) return "wants run, positions, the longest window, beginnings and bases";
    const std::int64_t run = s.ints[0], positions = s.ints[1], longest = s.ints[2];
    if (!are_rows(s.output, positions, run) || s.n_ints < 4 + positions)
      return "wants positions x run outputs, and a beginning for each position";
    const std::int64_t *begins = s.ints + 3, *bases = begins + positions + 1;
    const std::int64_t n_bases = s.n_ints - 4 - positions;
    if (begins[0] != 0 || begins[positions] != n_bases) return "wants windows that cover the bases";
    for (std::int64_t p = 0; p < positions; ++p)
      if (begins[p + 1] <= begins[p] || begins[p + 1] - begins[p] > longest)
        return "wants windows of 1 to `longest` bases";
    for (std::int64_t k = 0; k < n_bases; ++k)
      if (bases[k] < 0 || bases[k] > s.inputs[0] - run) return "wants bases inside of its input";
    for (int c = 0; c < s.n_constants; ++c)
      if (s.constants[c] != 1 && s.constants[c] != s.output)
        return "wants constants of one element, or of as many as the output";
    return nullptr;
  }
  static double work(const engine::operation_sizes& s) {
    return static_cast<double>(s.ints[0] * (s.n_ints - 4 - s.ints[1]));
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    windows_with<Cell, P>(a, std::make_index_sequence<Cell::constants>());
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
