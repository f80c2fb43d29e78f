// Convolutions of any kind, where nothing is packed.
#ifndef ISOBIT_ENGINE_SCHEDULES_CONVOLUTION_HPP
#define ISOBIT_ENGINE_SCHEDULES_CONVOLUTION_HPP

#include "engine/schedules/rows.hpp"
#include "isobit/policy/neurons.hpp"
#include "isobit/policy/scalar.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// The ints of a convolution: positions of the output; groups; channels of a group, in and out; taps
// of the kernel; then for each position the input pixel that each tap meets, -1 for one in the
// padding. Strides, dilations, padding and transposition are all in this list. A pixel has the
// channels of all groups side by side.
struct convolution_shape {
  int positions, groups, n_in, n_out, taps;
  const std::int64_t* pixels;

  explicit convolution_shape(const std::int64_t* ints)
      : positions(static_cast<int>(ints[0])),
        groups(static_cast<int>(ints[1])),
        n_in(static_cast<int>(ints[2])),
        n_out(static_cast<int>(ints[3])),
        taps(static_cast<int>(ints[4])),
        pixels(ints + 5) {}

  // What output position p sums up, of words of so many elements.
  window<int, int, std::int64_t> at(int p, int pack = 1, const void* padding = nullptr) const {
    return {taps * n_in,
            n_in,
            taps,
            pixels + static_cast<std::ptrdiff_t>(p) * taps,
            static_cast<std::ptrdiff_t>(groups) * engine::words(n_in, pack),
            padding};
  }
};

inline const char* wrong_convolution(const engine::operation_sizes& s) {
  if (s.n_ints < 6) return "wants positions, groups, channels in and out, taps and pixels";
  const std::int64_t positions = s.ints[0], groups = s.ints[1], n_in = s.ints[2], n_out = s.ints[3],
                     taps = s.ints[4];
  const bool sizes = positions >= 1 && positions <= s.output && groups >= 1 &&
                     groups <= s.inputs[0] && n_in >= 1 && n_in <= s.inputs[0] && n_out >= 1 &&
                     n_out <= s.output && taps >= 1 && taps <= s.n_ints;
  if (!sizes) return "wants sizes of 1 or more, of its tensors";
  if (!are_rows(s.output, positions, groups * n_out) || s.inputs[0] % (groups * n_in) != 0)
    return "wants pixels that make up its tensors";
  if (s.n_ints != 5 + positions * taps) return "wants a pixel for each tap at each position";
  const std::int64_t pixels = s.inputs[0] / (groups * n_in);
  for (std::int64_t i = 5; i < s.n_ints; ++i)
    if (s.ints[i] < -1 || s.ints[i] >= pixels) return "wants pixels that exist";
  if (!are_rows(s.constants[0], taps * n_in, groups * n_out) || s.constants[1] != groups * n_out)
    return "wants a weight of (taps x channels in) x channels out, and a bias of channels out";
  return nullptr;
}

// Whether one position stands for all: for the proof (proof.cpp), whose time then does not grow
// with images.
template <class P>
struct all_positions {
  static constexpr bool alike = false;
};

// Registers of neighbouring elements: how many, and the policy that sees one after the other.
template <class P>
struct neighbours {
  static constexpr int number = 1;
  using one = P;
};
template <class T, int N>
struct neighbours<neurons<T, N>> {
  static constexpr int number = N;
  using one = scalar<T>;
};

// Weights: [tap][channel of the group][output channel of all groups].
template <class Cell>
struct convolution : schedule {
  static constexpr const char* name = "convolution";
  static constexpr schedule_kind kind = schedule_kind::convolution;
  static const char* wrong(const engine::operation_sizes& s) { return wrong_convolution(s); }
  static double work(const engine::operation_sizes& s) {
    return static_cast<double>(s.ints[0] * s.ints[1] * s.ints[2]) *
           static_cast<double>(s.ints[3] * s.ints[4]);
  }

  template <class P>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const convolution_shape shape(a.ints);
    constexpr int together = neighbours<P>::number;
    if constexpr (all_positions<P>::alike)
      all_positions<P>::run(a, shape, position<P>);
    else if (together > 1 && (shape.n_in > 1 || shape.n_out > 1 || shape.groups % together != 0))
      run<typename neighbours<P>::one>(a);
    else if (together > 1)
      depthwise<P>(a, shape, shape.groups / together);
    else
      for (int p = 0; p < shape.positions; ++p) position<P>(a, shape, p);
  }

 private:
  // One channel a group: registers of neighbouring channels, of which a pixel has so many.
  template <class P>
  ISOBIT_FLATTEN static void depthwise(const engine::op_args& a, const convolution_shape& shape,
                                       int registers) {
    for (int p = 0; p < shape.positions; ++p) {
      window<int, int, std::int64_t> from = shape.at(p);
      from.next = registers;
      for (int c = 0; c < registers; ++c)
        Cell::template neurons<1>(from, bind<P>(a.inputs[0], a.group).from(c),
                                  bind<P>(a.constants[0]).from(c), registers,
                                  bind<P>(a.constants[1]).from(c), bind(a.formats[0]),
                                  bind<P>(a.output, a.group).from(p * registers + c));
    }
  }

  template <class P>
  ISOBIT_FLATTEN static void position(const engine::op_args& a, const convolution_shape& shape,
                                      int p) {
    for (int g = 0; g < shape.groups; ++g) {
      int o = 0;
      for (; o + 8 <= shape.n_out; o += 8) tile<8, P>(a, shape, p, g, o);
      for (; o + 4 <= shape.n_out; o += 4) tile<4, P>(a, shape, p, g, o);
      for (; o < shape.n_out; ++o) tile<1, P>(a, shape, p, g, o);
    }
  }

  template <int R, class P>
  ISOBIT_FLATTEN static void tile(const engine::op_args& a, const convolution_shape& shape, int p,
                                  int g, int o) {
    const std::ptrdiff_t all_out = static_cast<std::ptrdiff_t>(shape.groups) * shape.n_out;
    const std::ptrdiff_t channel = static_cast<std::ptrdiff_t>(g) * shape.n_out + o;
    Cell::template neurons<R>(
        shape.at(p),
        bind<P>(a.inputs[0], a.group).from(static_cast<std::ptrdiff_t>(g) * shape.n_in),
        bind<P>(a.constants[0]).from(channel), all_out, bind<P>(a.constants[1]).from(channel),
        bind(a.formats[0]), bind<P>(a.output, a.group).from(p * all_out + channel));
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
