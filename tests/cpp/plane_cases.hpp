// Sums over bit planes (planes.hpp) beside sums of products, for overrides.cpp.
#ifndef ISOBIT_TESTS_PLANE_CASES_HPP
#define ISOBIT_TESTS_PLANE_CASES_HPP

#include <cstring>
#include <vector>

#include "isobit/cells/dense.hpp"
#include "isobit/policy/planes.hpp"
#include "tally.hpp"

using namespace isobit;

namespace {

// A window of signs and of numbers of few bits, as planes.hpp wants both; the last tap may lie in
// the padding. One row of activations for each of `rows` samples (or positions).
struct plane_case {
  int n, taps, planes, offset, rows, neurons;
  std::vector<std::vector<int>> x, w;  // by row, by neuron: taps * n raws
  std::vector<std::int64_t> at;

  plane_case(int n_, int taps_, int planes_, bool padded, int rows_, int neurons_)
      : n(n_), taps(taps_), planes(planes_), rows(rows_), neurons(neurons_) {
    const auto any = [](int below) {
      return static_cast<int>(generator()() % static_cast<unsigned>(below));
    };
    offset = any(1 << planes);
    for (int t = 0; t < taps; ++t) at.push_back(padded && t == taps - 1 ? -1 : t);
    const auto length = static_cast<std::size_t>(taps * n);
    x.assign(static_cast<std::size_t>(rows), std::vector<int>(length));
    w.assign(static_cast<std::size_t>(neurons), std::vector<int>(length));
    for (auto& row : x) {
      const int far = any(6);  // all of them as large or small as can be, or any
      for (std::size_t i = 0; i < length; ++i) {
        const bool in_padding = at[i / static_cast<std::size_t>(n)] < 0;
        const int stored = far == 0 ? 0 : far == 1 ? (1 << planes) - 1 : any(1 << planes);
        row[i] = in_padding ? 0 : stored - offset;
      }
    }
    for (auto& neuron : w) {
      const int same = any(6);
      for (int& weight : neuron) weight = same == 0 ? 1 : same == 1 ? -1 : 2 * any(2) - 1;
    }
  }
  int tap_words() const { return (n + bits_of_a_word - 1) / bits_of_a_word; }
  // Word i of a plane of a tap of a row; in the padding that of zeros.
  std::int32_t plane(std::size_t row, int t, int p, int i) const {
    std::uint32_t word = 0;
    for (int k = 0; k < bits_of_a_word && bits_of_a_word * i + k < n; ++k) {
      const int raw = x[row][static_cast<std::size_t>(t * n + bits_of_a_word * i + k)];
      word |= (static_cast<std::uint32_t>(raw + offset) >> p & 1u) << bit_of_element(k);
    }
    return static_cast<std::int32_t>(word);
  }
  // Words of the rows, each `side_by_side` times what lies side by side.
  std::vector<std::int32_t> row_words(std::size_t first, std::size_t side_by_side) const {
    std::vector<std::int32_t> all;
    for (int t = 0; t < taps; ++t)
      for (int p = 0; p < planes; ++p)
        for (int i = 0; i < tap_words(); ++i)
          for (std::size_t s = first; s < first + side_by_side; ++s)
            all.push_back(plane(s, t, p, i));
    return all;
  }
  // The number of planes, then word by word that of each neuron.
  std::vector<std::int32_t> weight_words() const {
    std::vector<std::int32_t> all(static_cast<std::size_t>(neurons), planes);
    for (int t = 0; t < taps; ++t)
      for (int i = 0; i < tap_words(); ++i)
        for (const auto& neuron : w) {
          std::uint32_t word = 0;
          for (int k = 0; k < bits_of_a_word && bits_of_a_word * i + k < n; ++k)
            word |= static_cast<std::uint32_t>(
                        neuron[static_cast<std::size_t>(t * n + bits_of_a_word * i + k)] < 0)
                    << bit_of_element(k);
          all.push_back(static_cast<std::int32_t>(word));
        }
    return all;
  }
  std::int32_t sum(std::size_t row, std::size_t neuron) const {
    std::int32_t all = 0;
    for (std::size_t i = 0; i < w[neuron].size(); ++i) all += x[row][i] * w[neuron][i];
    return all;
  }
  // What a sum starts from, in quarters: the sum of products has two fractional bits less.
  std::int32_t start(std::size_t neuron) const {
    std::int32_t less = 0;
    for (int weight : w[neuron]) less += offset * weight + (weight < 0 ? (1 << planes) - 1 : 0);
    return bias(neuron) - 4 * less;
  }
  std::int32_t bias(std::size_t neuron) const { return static_cast<std::int32_t>(neuron % 7) - 3; }
  template <class Index>
  window<int, int, Index> taps_of(const Index* pixels, std::ptrdiff_t next,
                                  const void* padding) const {
    return {taps * n, n, taps, pixels, next, padding};
  }
};

const dyn x_of_planes(8, 0, true), w_of_planes(1, 0, true, rounding::trn, overflow::pm1),
    b_of_planes(8, 2, true);

template <int N>
void compare_planes_of_samples(int n, int planes, int taps, bool padded, tally& found) {
  using P = plane_samples<N, 2>;
  using group = typename P::group;
  constexpr int R = 4;
  const plane_case c(n, taps, planes, padded, 2 * N, N < R ? R : N);
  const std::vector<std::int32_t> words = c.row_words(0, 2 * N), weights = c.weight_words();
  std::vector<group> rows(words.size() / (2 * N));
  std::memcpy(rows.data(), words.data(), words.size() * 4);
  const group* zeros = rows.data() + rows.size() - rows.size() / static_cast<std::size_t>(taps);
  for (int o = 0; o < c.neurons; o += R) {
    std::vector<std::int32_t> starts;
    for (int r = 0; r < R; ++r) starts.push_back(c.start(static_cast<std::size_t>(o + r)));
    const auto sums = [&](const auto& inputs, group(&out)[R]) {
      cells::dense::sums<R>(inputs, view<P, dyn>(x_of_planes, rows.data(), 1),
                            constants<P, dyn>(w_of_planes, weights.data() + o, 1), c.neurons,
                            constants<P, dyn>(b_of_planes, starts.data(), 1), dyn(), out);
    };
    group out[R];
    taps == 1 && !padded ? sums(n, out)
                         : sums(c.taps_of(c.at.data(), planes * c.tap_words(), zeros), out);
    for (int r = 0; r < R; ++r)
      for (int s = 0; s < 2 * N; ++s)
        found.check(out[r].in[s / N][s % N] ==
                    4 * c.sum(static_cast<std::size_t>(s), static_cast<std::size_t>(o + r)) +
                        c.bias(static_cast<std::size_t>(o + r)));
  }
}

template <int N>
void compare_planes_of_neurons(int n, int planes, int taps, bool padded, tally& found) {
  using P = plane_neurons<N>;
  using vec = typename P::vec;
  constexpr int X = 8;
  const plane_case c(n, taps, planes, padded, X, N);
  const std::vector<std::int32_t> words = c.weight_words();
  std::vector<vec> weights(words.size() / N);
  std::memcpy(weights.data(), words.data(), words.size() * 4);
  vec start = {};
  for (int lane = 0; lane < N; ++lane) start[lane] = c.start(static_cast<std::size_t>(lane));
  const constants<P, dyn> w(w_of_planes, weights.data(), 0), b(b_of_planes, &start, 0);
  const auto check = [&](const vec& out, std::size_t row) {
    for (int lane = 0; lane < N; ++lane)
      found.check(out[lane] == 4 * c.sum(row, static_cast<std::size_t>(lane)) +
                                   c.bias(static_cast<std::size_t>(lane)));
  };
  const int tap_size = planes * c.tap_words();
  std::vector<std::int32_t> all;  // pixels of all positions
  std::vector<std::int64_t> at;
  for (std::size_t row = 0; row < X; ++row) {
    std::vector<std::int32_t> one = c.row_words(row, 1);
    if (taps == 1 && !padded) {
      vec out[1];
      cells::dense::sums<1>(n, view<P, dyn>(x_of_planes, reinterpret_cast<vec*>(one.data())), w, 1,
                            b, dyn(), out);
      check(out[0], row);
    }
    for (std::int64_t pixel : c.at)
      at.push_back(pixel < 0 ? -1 : static_cast<std::int64_t>(row) * taps + pixel);
    all.insert(all.end(), one.begin(), one.end());
  }
  vec out[X];
  cells::dense::sums_at<X>(
      c.taps_of(at.data(), tap_size, all.data() + static_cast<int>(all.size()) - tap_size),
      view<P, dyn>(x_of_planes, reinterpret_cast<vec*>(all.data())), w, 1, b, dyn(), out);
  for (std::size_t row = 0; row < X; ++row) check(out[row], row);
}

// More words than may be counted at once, too; and planes from bytes.
template <int N>
void compare_planes(tally& found) {
  for (int n : {1, 5, 31, 32, 33, 64, 95, 1100})
    for (int planes = 1; planes <= 4; ++planes)
      for (int taps : {1, 2, 3})
        for (bool padded : {false, true}) {
          compare_planes_of_samples<N>(n, planes, taps, padded, found);
          compare_planes_of_neurons<N>(n, planes, taps, padded, found);
        }
  using bits = typename vector_arithmetic<std::int32_t, N>::bits;
  for (int round = 0; round < 20; ++round) {
    bits bytes[8];
    for (bits& word : bytes)
      for (int lane = 0; lane < N; ++lane) word[lane] = static_cast<std::uint32_t>(generator()());
    for (int p = 0; p < 4; ++p)
      for (int lane = 0; lane < N; ++lane)
        for (int k = 0; k < bits_of_a_word; ++k)
          found.check((plane_word(bytes, p)[lane] >> bit_of_element(k) & 1u) ==
                      (bytes[k / 4][lane] >> (8 * (k % 4) + p) & 1u));
  }
}

}  // namespace

#endif
