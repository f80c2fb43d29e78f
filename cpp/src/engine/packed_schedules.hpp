// The CPU schedules of layers with a weight matrix whose activations are packed (policy/dot.hpp).
// Weights come in panels: `panel` neighbouring neurons, word by word, a word of each neuron side by
// side (weights.hpp). The element-wise cell that follows is computed before anything is stored.
#ifndef ISOBIT_ENGINE_PACKED_SCHEDULES_HPP
#define ISOBIT_ENGINE_PACKED_SCHEDULES_HPP

#include <cstring>

#include "isobit/policy/bits.hpp"
#include "isobit/policy/block_lanes.hpp"
#include "isobit/policy/neurons.hpp"
#include "isobit/policy/packed_samples.hpp"
#include "isobit/policy/packing.hpp"
#include "isobit/policy/planes.hpp"
#include "isobit/policy/sparse_samples.hpp"
#include "isobit/policy/wide_sums.hpp"
#include "lane.hpp"
#include "packed_modes.hpp"
#include "schedules/convolution.hpp"

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

// Finishes a sum in place.
template <class Cell, class Then, class Formats, class P>
void finish_one(const engine::op_args& a, const dyn& total, raw_of<P>& sum) {
  using output = typename Formats::output;
  auto accumulator = format_as<typename Formats::accumulator>(a.formats[0]);
  auto out = format_as<output>(a.output.format);
  auto fused = format_as<output>(a.fused);
  sum = Then::apply(Cell::finish(num<P, dyn>(total, sum), accumulator, out), fused).raw;
}

// Finishes R sums in place, whatever the modes: one jump for all of them.
template <class Cell, class Then, class P, int R, std::size_t... M>
ISOBIT_FLATTEN ISOBIT_APART void finish_apart(const engine::op_args& a, const dyn& total,
                                              raw_of<P> (&sums)[R], std::index_sequence<M...>) {
  const auto all = [&](auto modes) {
    for (int r = 0; r < R; ++r)
      finish_one<Cell, Then, formats_of<decltype(modes)::value>, P>(a, total, sums[r]);
    return true;
  };
  const bool found = ((a.modes == static_cast<int>(M) && all(count<static_cast<int>(M)>())) || ...);
  if (!found) all(count<engine::n_fast_modes>());
}

// The policy that finishes the sums of another one, the same for all that have the same raws.
template <class T, int N, int S>
block_lanes<T, N, S> finishing(const registers<lanes<T, N>, S>&);
template <class T, int N>
neurons<T, N> finishing(const neuron_arithmetic<T, N>&);

// Finishes R sums in place: in registers where a kernel is for certain modes, else by a function
// that kernels share. Formats are read anew for each tile: limits and shifts that wait in registers
// for the next one would push out its sums.
template <class Cell, class Then, class Formats, class P, int R>
void finish(const engine::op_args& args, const dyn& total, raw_of<P> (&sums)[R]) {
  const engine::op_args* anew = &args;
  __asm__ volatile("" : "+r"(anew));
  const engine::op_args& a = *anew;
  if constexpr (Formats::fixed)
    detail::for_each_index(std::make_index_sequence<R>(),
                           [&](int r) { finish_one<Cell, Then, Formats, P>(a, total, sums[r]); });
  else
    finish_apart<Cell, Then, decltype(finishing(std::declval<P>())), R>(
        a, total, sums, std::make_index_sequence<engine::n_fast_modes>());
}

// Words in front of the weights of each neuron.
template <class P>
struct words_in_front : count<0> {};
template <int K, int N, int S>
struct words_in_front<wide_samples<K, N, S>> : count<1> {};
template <int K, int N>
struct words_in_front<wide_neurons<K, N>> : count<1> {};
template <int N, int S>
struct words_in_front<plane_samples<N, S>> : count<1> {};
template <int N>
struct words_in_front<plane_neurons<N>> : count<1> {};

// Where the weights of neuron o begin.
template <class P>
struct weights_of {
  template <int N>
  static const std::int32_t* neuron(const std::int32_t* panels, int o, int n_words) {
    const int panel_words = n_words + words_in_front<P>::value;
    return panels + static_cast<std::ptrdiff_t>(o / N) * panel_words * N + o % N;
  }
};
template <int K, int N, int S>
struct weights_of<sparse_samples<K, N, S>> {
  template <int>
  static const std::int32_t* neuron(const std::int32_t* entries, int o, int) {
    return entries + o;
  }
};

// layout::samples: S registers of N samples, R neurons at a time. P: packed_samples, sparse_samples
// or wide_samples of K elements a word; bit_samples or plane_samples of 32 weights a word.
template <class P, int K, int N, int S, int R = engine::neurons_of_a_tile>
struct sample_tiles {
  using group = typename P::group;                             // of raws
  using word_group = typename packed_samples<K, N, S>::group;  // of words
  using start_type = typename P::template uniform<dyn>;
  static_assert(R % 4 == 0 && N % R == 0, "a tile is whole words and lies in one panel");

  template <class Cell, class Then, class Formats>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int rows = static_cast<int>(a.ints[0]);
    const int n_in = static_cast<int>(a.ints[1]), n_out = static_cast<int>(a.ints[2]);
    const int n_words = engine::words(n_in, K);
    const engine::tensor_ref& in = a.inputs[0];
    const auto* weights = static_cast<const std::int32_t*>(a.constants[0].data);
    const auto* starts = static_cast<const start_type*>(a.constants[1].data);
    dyn x_format = bind(in.format), weight_format = bind(a.constants[0].format),
        bias_format = bind(a.constants[1].format);
    for (int g = 0; g < a.groups; ++g)
      for (int row = 0; row < rows; ++row) {
        void* x =
            static_cast<word_group*>(in.data) + g + row * engine::words(n_in, in.pack) * in.stride;
        for (int o = 0; o < n_out; o += R) {
          const void* w = weights_of<P>::template neuron<N>(weights, o, n_words);
          group tile[R];
          dyn total = Cell::template sums<R>(
              n_in, view<P, dyn>(x_format, static_cast<group*>(x), in.stride),
              constants<P, dyn>(weight_format, static_cast<const start_type*>(w)), N,
              constants<P, dyn>(bias_format, starts + o), bind(a.formats[0]), tile);
          finish<Cell, Then, Formats, P, R>(a, total, tile);
          store(a.output, g, row, o, n_out, tile);
        }
      }
  }

  // A convolution, its output in rows of the channels of one group.
  template <class Cell, class Then, class Formats>
  ISOBIT_FLATTEN static void run_windows(const engine::op_args& a) {
    const convolution_shape shape(a.ints);
    const int n_words = engine::words(shape.n_in, K);
    const int padded = (shape.n_out + N - 1) / N * N;  // neurons of a group
    const engine::tensor_ref& in = a.inputs[0];
    const auto* weights = static_cast<const std::int32_t*>(a.constants[0].data);
    const auto* starts = static_cast<const start_type*>(a.constants[1].data);
    // Where raws carry no offset, taps in the padding need not be computed; wide sums count words,
    // and planes have a part of the bias for each.
    const bool skip = in.offset == 0 && words_in_front<P>::value == 0;
    const void* padding = skip ? nullptr : a.constants[2].data;
    dyn x_format = bind(in.format), weight_format = bind(a.constants[0].format),
        bias_format = bind(a.constants[1].format);
    for (int g = 0; g < a.groups; ++g)
      for (int p = 0; p < shape.positions; ++p)
        for (int part = 0; part < shape.groups; ++part) {
          window<int, int, std::int64_t> from = shape.at(p, in.pack, padding);
          void* x = static_cast<word_group*>(in.data) + g +
                    part * engine::words(shape.n_in, in.pack) * in.stride;
          for (int o = 0; o < shape.n_out; o += R) {
            const void* w =
                weights_of<P>::template neuron<N>(weights, part * padded + o, shape.taps * n_words);
            group tile[R];
            dyn total = Cell::template sums<R>(
                from, view<P, dyn>(x_format, static_cast<group*>(x), in.stride),
                constants<P, dyn>(weight_format, static_cast<const start_type*>(w)), N,
                constants<P, dyn>(bias_format, starts + part * padded + o), bind(a.formats[0]),
                tile);
            finish<Cell, Then, Formats, P, R>(a, total, tile);
            store(a.output, g, p * shape.groups + part, o, shape.n_out, tile);
          }
        }
  }

 private:
  static void store(const engine::tensor_ref& y, int g, int row, int o, int n_out,
                    const group (&tile)[R]) {
    auto* words = static_cast<word_group*>(y.data) + g;
    if (y.pack == 1) {
      group* to = static_cast<group*>(y.data) + g + (row * n_out + o) * y.stride;
      for (int r = 0; r < R && o + r < n_out; ++r) to[r * y.stride] = tile[r];
    } else if (y.pack == 2) {
      store_words<2>(y, words, row, o, n_out, tile);
    } else if (y.pack == bits_of_a_word) {
      store_bits(y, words, row, o, n_out, tile);
    } else {
      store_words<4>(y, words, row, o, n_out, tile);
    }
  }
  template <int Pack>
  static void store_words(const engine::tensor_ref& y, word_group* words, int row, int o, int n_out,
                          const group (&tile)[R]) {
    const int n_words = engine::words(n_out, Pack), first = o / Pack;
    word_group* to = words + (row * n_words + first) * y.stride;
#pragma GCC unroll 4
    for (int w = 0; w < R / Pack; ++w)
      if (first + w < n_words) to[w * y.stride] = joined<Pack>(&tile[w * Pack], y.offset);
  }
  // A tile's part of the word that it lies in; the first one also clears the others.
  static void store_bits(const engine::tensor_ref& y, word_group* words, int row, int o, int n_out,
                         const group (&tile)[R]) {
    const int n_words = engine::words(n_out, bits_of_a_word), first = o % bits_of_a_word;
    word_group* to = words + (row * n_words + o / bits_of_a_word) * y.stride;
    const std::uint32_t inside = ~std::uint32_t{0} >> (n_out - o < R ? 32 - (n_out - o) : 32 - R);
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) {
      using vec = std::decay_t<decltype(to->in[s])>;
      vec bits = {};
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) bits |= (P::words(tile[r], s) >> 31) & (1 << r);
      const vec placed = (bits & static_cast<std::int32_t>(inside)) << first;
      to->in[s] = first == 0 ? placed : to->in[s] | placed;
    }
  }
  template <int Pack>
  static word_group joined(const group* elements, int offset) {
    word_group all;
#pragma GCC unroll 4
    for (int s = 0; s < S; ++s) {
      typename P::vec raws[Pack];
#pragma GCC unroll 4
      for (int k = 0; k < Pack; ++k) raws[k] = P::words(elements[k], s);
      all.in[s] = join<Pack>(raws, offset);
    }
    return all;
  }
};

// layout::neurons: one register of N neighbouring neurons after the other, so that the weights are
// read as they lie. P: packed_neurons, or wide_neurons, whose raws are two registers of T, or
// bit_neurons or plane_neurons of 32 weights a word; K = 1: elements of T.
template <class P, int K, class T, int N>
struct neuron_tiles {
  using raw = raw_of<P>;
  using vec = typename P::vec;

  template <class Cell, class Then, class Formats>
  ISOBIT_FLATTEN static void run(const engine::op_args& a) {
    const int rows = static_cast<int>(a.ints[0]);
    const int n_in = static_cast<int>(a.ints[1]), n_out = static_cast<int>(a.ints[2]);
    const int panel_words = engine::words(n_in, K) + words_in_front<P>::value;
    const engine::tensor_ref& in = a.inputs[0];
    const auto* weights = static_cast<const vec*>(a.constants[0].data);
    const auto* starts = static_cast<const raw*>(a.constants[1].data);
    for (int row = 0; row < rows; ++row) {
      void* x = static_cast<unsigned char*>(in.data) + row * row_bytes(in, n_in);
      auto* y = static_cast<unsigned char*>(a.output.data) + row * row_bytes(a.output, n_out);
      for (int panel = 0; panel * N < n_out; ++panel) {
        const void* w = weights + static_cast<std::ptrdiff_t>(panel) * panel_words;
        const void* b = starts + panel;
        raw sums[1];
        dyn total = Cell::template sums<1>(
            n_in, view<P, dyn>(bind(in.format), static_cast<raw*>(x)),
            constants<P, dyn>(bind(a.constants[0].format), static_cast<const uniform_of<P>*>(w), 0),
            1, constants<P, dyn>(bind(a.constants[1].format), static_cast<const uniform_of<P>*>(b)),
            bind(a.formats[0]), sums);
        finish<Cell, Then, Formats, P, 1>(a, total, sums);
        const int left = n_out - panel * N;  // bits behind them must stay clear
        const int count = a.output.pack == bits_of_a_word && left < N ? left : N;
        store(a.output, y, panel * N, count, sums[0]);
      }
    }
  }

  // A convolution, its output in rows of the channels of one group: a panel of weights stays in
  // the cache for all positions.
  template <class Cell, class Then, class Formats>
  ISOBIT_FLATTEN static void run_windows(const engine::op_args& a) {
    const convolution_shape shape(a.ints);
    const int panels = (shape.n_out + N - 1) / N;
    for (int part = 0; part < shape.groups; ++part)
      for (int panel = 0; panel < panels; ++panel) {
        int p = 0;
        for (; p + 8 <= shape.positions; p += 8)
          positions<8, Cell, Then, Formats>(a, shape, part, panel, p);
        for (; p < shape.positions; ++p)
          positions<1, Cell, Then, Formats>(a, shape, part, panel, p);
      }
  }

 private:
  template <int X, class Cell, class Then, class Formats>
  ISOBIT_FLATTEN static void positions(const engine::op_args& a, const convolution_shape& shape,
                                       int part, int panel, int p) {
    const int n_words = engine::words(shape.n_in, K);
    const int panel_words = shape.taps * n_words + words_in_front<P>::value;
    const engine::tensor_ref& in = a.inputs[0];
    const std::ptrdiff_t at = part * std::ptrdiff_t{(shape.n_out + N - 1) / N} + panel;
    const void* w = static_cast<const vec*>(a.constants[0].data) + at * panel_words;
    const void* padding = in.pack == bits_of_a_word ? nullptr : a.constants[2].data;  // no zero
    const void* b = static_cast<const raw*>(a.constants[1].data) + at;
    void* x = static_cast<unsigned char*>(in.data) +
              part * engine::words(shape.n_in, in.pack) * std::ptrdiff_t{4};
    raw sums[X];
    dyn total = Cell::template sums_at<X>(
        shape.at(p, in.pack, padding), view<P, dyn>(bind(in.format), static_cast<raw*>(x)),
        constants<P, dyn>(bind(a.constants[0].format), static_cast<const uniform_of<P>*>(w), 0), 1,
        constants<P, dyn>(bind(a.constants[1].format), static_cast<const uniform_of<P>*>(b)),
        bind(a.formats[0]), sums);
    finish<Cell, Then, Formats, P, X>(a, total, sums);
    const int first = panel * N, count = shape.n_out - first < N ? shape.n_out - first : N;
    for (int i = 0; i < X; ++i) {
      const std::ptrdiff_t row = std::ptrdiff_t{p + i} * shape.groups + part;
      store(a.output,
            static_cast<unsigned char*>(a.output.data) + row * row_bytes(a.output, shape.n_out),
            first, count, sums[i]);
    }
  }

  typedef std::int8_t bytes __attribute__((vector_size(N)));
  typedef std::int16_t pairs_of_bytes __attribute__((vector_size(2 * N)));

  // Rows of a packed tensor are whole words, others lie without gaps.
  static std::ptrdiff_t row_bytes(const engine::tensor_ref& t, int elements) {
    return t.pack == 1 ? elements * static_cast<std::ptrdiff_t>(sizeof(T))
                       : engine::words(elements, t.pack) * std::ptrdiff_t{4};
  }

  // Whole registers where what lies behind the row's end belongs to the next row, which comes
  // later, or to nobody; else `count` of N.
  static void store(const engine::tensor_ref& y, unsigned char* row, int first, int count,
                    const raw& raws) {
    if (y.pack == 1)
      copy<static_cast<int>(sizeof raws)>(row + first * static_cast<int>(sizeof(T)), &raws, count);
    else if (y.pack == 2)
      put<pairs_of_bytes>(row + 2 * first, P::words(raws), y.offset, count);
    else if (y.pack == bits_of_a_word)
      put_bits(row, first, count, sign_bits(P::words(raws)));
    else
      put<bytes>(row + first, P::words(raws), y.offset, count);
  }
  static std::uint32_t sign_bits(const typename vector_arithmetic<std::int32_t, N>::vec& raws) {
    return bit_unit<N>::signs(raws);
  }
  template <class Other>
  static std::uint32_t sign_bits(const Other& raws) {
    return isobit::detail::signs_of<N>(raws);
  }
  // A register's part of the word that it lies in; the first one also clears the others.
  static void put_bits(unsigned char* row, int first, int count, std::uint32_t signs) {
    const int at = first % bits_of_a_word;
    unsigned char* to = row + first / bits_of_a_word * 4;
    std::uint32_t word = 0;
    if (at != 0) std::memcpy(&word, to, sizeof word);
    word |= (signs & (~std::uint32_t{0} >> (32 - count))) << at;
    std::memcpy(to, &word, sizeof word);
  }
  template <class Narrow>
  static void put(unsigned char* to, vec raws, int offset, int count) {
    using lane_type = typename P::lane_type;
    const Narrow narrow = __builtin_convertvector(raws + static_cast<lane_type>(offset), Narrow);
    copy<static_cast<int>(sizeof narrow)>(to, &narrow, count);
  }
  template <int Bytes>
  static void copy(unsigned char* to, const void* from, int count) {
    if (count == N)
      std::memcpy(to, from, Bytes);
    else
      std::memcpy(to, from, static_cast<std::size_t>(Bytes / N * count));
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
