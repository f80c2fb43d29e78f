// The CPU schedules of layers with a weight matrix whose activations are packed (policy/dot.hpp).
// Weights come in panels: `panel` neighbouring neurons, word by word, a word of each neuron side by
// side (weights.hpp). The element-wise cell that follows is computed before anything is stored.
#ifndef ISOBIT_ENGINE_PACKED_SCHEDULES_HPP
#define ISOBIT_ENGINE_PACKED_SCHEDULES_HPP

#include <cstring>

#include "isobit/policy/neurons.hpp"
#include "isobit/policy/packed_samples.hpp"
#include "isobit/policy/packing.hpp"
#include "isobit/policy/sparse_samples.hpp"
#include "lane.hpp"
#include "packed_modes.hpp"
#include "schedules.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// Follows a layer where nothing is fused with it.
struct nothing {
  template <class P, class Y>
  static num<P, Y> apply(const num<P, Y>& x, const Y&) {
    return x;
  }
};

// The formats of a kernel: of any modes, or of those at one position of `fast_modes`.
template <int M>
struct formats_of {
  static constexpr bool fixed = true;
  using accumulator = dyn_exact;
  using output = dyn_with<engine::fast_modes[M].rounds, engine::fast_modes[M].overflows>;
};
template <>
struct formats_of<engine::n_fast_modes> {
  static constexpr bool fixed = false;
  using accumulator = dyn;
  using output = dyn;
};

template <class To>
To format_as(const engine::plain_format& f) {
  if constexpr (std::is_same_v<To, dyn_exact>)
    return {};
  else
    return To(bind(f));
}

template <class F, std::size_t... I>
void unrolled(const F& f, std::index_sequence<I...>) {
  (f(static_cast<int>(I)), ...);
}

// Finishes R sums in place. Unrolled only where modes are known: with all of them it would be long.
template <class Cell, class Then, class Formats, class P, int R>
void finish(const engine::op_args& a, const dyn& total, raw_of<P> (&sums)[R]) {
  using output = typename Formats::output;
  const auto accumulator = format_as<typename Formats::accumulator>(a.formats[0]);
  const auto out = format_as<output>(a.output.format);
  const auto fused = format_as<output>(a.fused);
  const auto one = [&](int r) {
    sums[r] = Then::apply(Cell::finish(num<P, dyn>(total, sums[r]), accumulator, out), fused).raw;
  };
  if constexpr (Formats::fixed)
    unrolled(one, std::make_index_sequence<R>());
  else
    for (int r = 0; r < R; ++r) one(r);
}

// Where the weights of neuron o begin, and how far it is from word to word.
template <int K, int N, int S>
const std::int32_t* weights_of(packed_samples<K, N, S>, const std::int32_t* panels, int o,
                               int n_words) {
  return panels + static_cast<std::ptrdiff_t>(o / N) * n_words * N + o % N;
}
template <int K, int N, int S>
const std::int32_t* weights_of(sparse_samples<K, N, S>, const std::int32_t* entries, int o, int) {
  return entries + o;
}

// layout::samples: S registers of N samples, R neurons at a time. P: packed_samples or
// sparse_samples of K elements a word.
template <class Policy, int K, int N, int S>
struct sample_tiles {
  using P = Policy;
  using group = typename P::group;
  static constexpr int R = 4;
  static_assert(N % R == 0, "a tile lies in one panel");

  template <class Cell, class Then, class Formats>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int rows = static_cast<int>(a.ints[0]);
    const int n_in = static_cast<int>(a.ints[1]), n_out = static_cast<int>(a.ints[2]);
    const int n_words = engine::words(n_in, K);
    const auto* weights = static_cast<const std::int32_t*>(a.constants[0].data);
    const auto* starts = static_cast<const std::int32_t*>(a.constants[1].data);
    const dyn weight_format = bind(a.constants[0].format),
              bias_format = bind(a.constants[1].format);
    for (int g = 0; g < a.groups; ++g)
      for (int row = 0; row < rows; ++row) {
        const auto x = bind<P>(a.inputs[0], g).from(row * n_words);
        for (int o = 0; o < n_out; o += R) {
          group tile[R];
          const dyn total = Cell::template sums<R>(
              n_in, x, constants<P, dyn>(weight_format, weights_of(P(), weights, o, n_words)), N,
              constants<P, dyn>(bias_format, starts + o), tile);
          finish<Cell, Then, Formats, P, R>(a, total, tile);
          store(a.output, static_cast<group*>(a.output.data) + g, row, o, n_out, tile);
        }
      }
  }

 private:
  static void store(const engine::tensor_ref& y, group* data, int row, int o, int n_out,
                    const group (&tile)[R]) {
    if (y.pack == 1) {
      group* to = data + (row * n_out + o) * y.stride;
      for (int r = 0; r < R && o + r < n_out; ++r) to[r * y.stride] = tile[r];
    } else if (y.pack == 2) {
      const int n_words = engine::words(n_out, 2), first = o / 2;
      group* to = data + (row * n_words + first) * y.stride;
      to[0] = joined<2>(&tile[0], y.offset);
      if (first + 1 < n_words) to[y.stride] = joined<2>(&tile[2], y.offset);
    } else {
      data[(row * engine::words(n_out, 4) + o / 4) * y.stride] = joined<4>(&tile[0], y.offset);
    }
  }
  template <int Pack>
  static group joined(const group* elements, int offset) {
    group word;
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) {
      typename P::vec raws[Pack];
#pragma GCC unroll 4
      for (int k = 0; k < Pack; ++k) raws[k] = elements[k].in[s];
      word.in[s] = join<Pack>(raws, offset);
    }
    return word;
  }
};

// layout::neurons: one register of N neighbouring neurons after the other, so that the weights are
// read as they lie. K = 1: elements of T.
template <int K, class T, int N>
struct neuron_tiles {
  using P = packed_neurons<K, T, N>;
  using vec = typename P::vec;

  template <class Cell, class Then, class Formats>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int rows = static_cast<int>(a.ints[0]), n_out = static_cast<int>(a.ints[2]);
    for (int row = 0; row < rows; ++row)
      for (int first = 0; first < n_out; first += N) tile<Cell, Then, Formats>(a, row, first);
  }

 private:
  template <int Size>
  struct narrow {
    typedef std::int8_t bytes __attribute__((vector_size(N)));
    typedef std::int16_t halves __attribute__((vector_size(2 * N)));
  };

  // Rows of a packed tensor are whole words, others lie without gaps.
  static std::ptrdiff_t row_bytes(const engine::tensor_ref& t, int elements) {
    return t.pack == 1 ? elements * static_cast<std::ptrdiff_t>(sizeof(T))
                       : engine::words(elements, t.pack) * std::ptrdiff_t{4};
  }

  template <class Cell, class Then, class Formats>
  ISOBIT_FLATTEN static void tile(const engine::op_args& a, int row, int first) {
    const int n_in = static_cast<int>(a.ints[1]), n_out = static_cast<int>(a.ints[2]);
    const int n_words = engine::words(n_in, K);
    const engine::tensor_ref& in = a.inputs[0];
    auto* x = static_cast<unsigned char*>(in.data) + row * row_bytes(in, n_in);
    const std::ptrdiff_t panel = first / N;
    vec sums[1];
    const dyn total = Cell::template sums<1>(
        n_in, view<P, dyn>(bind(in.format), static_cast<vec*>(static_cast<void*>(x))),
        constants<P, dyn>(bind(a.constants[0].format),
                          static_cast<const vec*>(a.constants[0].data) + panel * n_words, n_words),
        1,
        constants<P, dyn>(bind(a.constants[1].format),
                          static_cast<const vec*>(a.constants[1].data) + panel),
        sums);
    finish<Cell, Then, Formats, P, 1>(a, total, sums);
    auto* y = static_cast<unsigned char*>(a.output.data) + row * row_bytes(a.output, n_out);
    store(a.output, y, first, sums[0]);
  }

  // What lies behind the row's end belongs to the next row, which comes later, or to nobody.
  static void store(const engine::tensor_ref& y, unsigned char* row, int first, vec raws) {
    if (y.pack == 1)
      std::memcpy(row + first * static_cast<int>(sizeof(T)), &raws, sizeof raws);
    else if (y.pack == 2)
      put<typename narrow<N>::halves>(row + 2 * first, raws + static_cast<T>(y.offset));
    else
      put<typename narrow<N>::bytes>(row + first, raws + static_cast<T>(y.offset));
  }
  template <class Narrow>
  static void put(unsigned char* to, vec raws) {
    const Narrow small = __builtin_convertvector(raws, Narrow);
    std::memcpy(to, &small, sizeof small);
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
