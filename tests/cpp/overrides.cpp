// Every override of dot.hpp, bit_dot.hpp, planes.hpp, gather.hpp, lane_rows.hpp and
// stored_elements.hpp, and every sum of rounded_products.hpp, that these compiler flags allow has
// the meaning of the generic template, written here once more in plain integers. Built for each
// instruction set, and with ISOBIT_NO_OVERRIDES.
#include <cstdio>
#include <cstring>
#include <limits>
#include <vector>

#include "isobit/cells/reduce.hpp"
#include "isobit/loading/cpu.hpp"
#include "isobit/policy/bit_dot.hpp"
#include "isobit/policy/dot.hpp"
#include "isobit/policy/gather.hpp"
#include "isobit/policy/lanes.hpp"
#include "isobit/policy/packing.hpp"
#include "isobit/policy/rounded_products.hpp"
#include "isobit/policy/stored_elements.hpp"
#include "plane_cases.hpp"
#include "tally.hpp"

using namespace isobit;

namespace {

const char* missing_feature() {
  static constexpr const char* needed[] = {
#if defined(__AVX2__)
      "avx2",
      "fma",
      "bmi2",
#endif
#if defined(__AVXVNNI__)
      "avxvnni",
#endif
#if defined(__AVX512F__)
      "avx512f",
      "avx512bw",
      "avx512dq",
      "avx512vl",
#endif
#if defined(__AVX512VNNI__)
      "avx512vnni",
#endif
#if defined(__AVX512VPOPCNTDQ__)
      "avx512vpopcntdq",
#endif
#if defined(__ARM_FEATURE_DOTPROD)
      "asimddp",
#endif
      nullptr};
  for (const char* feature : needed)
    if (feature != nullptr && loading::cpu_has(feature) != 1) return feature;
  return nullptr;
}

std::int64_t element(std::uint32_t word, int k, int per_word, bool is_signed) {
  const int bits = 32 / per_word;
  const std::int64_t modulus = std::int64_t{1} << bits;
  const std::int64_t value = (word >> (bits * k)) & static_cast<std::uint32_t>(modulus - 1);
  return is_signed && value >= modulus / 2 ? value - modulus : value;
}

std::int32_t plain_dot(std::int32_t sum, std::int32_t x, std::int32_t w, int per_word) {
  std::int64_t total = sum;
  for (int k = 0; k < per_word; ++k)
    total += element(static_cast<std::uint32_t>(x), k, per_word, dot_lowest(per_word) < 0) *
             element(static_cast<std::uint32_t>(w), k, per_word, true);
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(total));
}

// Words of extreme elements, and any words; accumulators at the ends of their range, where sums
// wrap.
std::vector<std::int32_t> words() {
  std::vector<std::int32_t> all;
  const std::uint32_t bytes[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0xff};
  for (std::uint32_t a : bytes)
    for (std::uint32_t b : bytes)
      for (std::uint32_t word : {a * 0x01010101u, a << 24 | b << 16 | a << 8 | b,
                                 a << 24 | b << 16 | b << 8 | a, a << 24 | b})
        all.push_back(static_cast<std::int32_t>(word));
  const std::uint32_t halves[] = {0x0000, 0x0001, 0x7fff, 0x8000, 0x8001, 0xffff};
  for (std::uint32_t a : halves)
    for (std::uint32_t b : halves) all.push_back(static_cast<std::int32_t>(a << 16 | b));
  for (int i = 0; i < 100; ++i) all.push_back(static_cast<std::int32_t>(generator()()));
  return all;
}

constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

template <int K, int N>
void compare_dot(const std::vector<std::int32_t>& all, tally& found) {
  using vec = typename vector_arithmetic<std::int32_t, N>::vec;
  const std::int32_t sums[] = {0, -1, lowest, highest, lowest + 1, 1 << 30};
  std::size_t next = 0;
  for (std::int32_t x : all)
    for (std::size_t first = 0; first < all.size(); first += N) {
      vec sum = {}, xs = {},
          ws = {};  // every lane has another weight, and neighbours other activations
      for (int lane = 0; lane < N; ++lane) {
        const std::size_t at = first + static_cast<std::size_t>(lane);
        ws[lane] = all[at % all.size()];
        xs[lane] = lane % 2 == 0 ? x : all[(at * 7 + next) % all.size()];
        sum[lane] = next % 7 == 6 ? static_cast<std::int32_t>(generator()()) : sums[next % 7];
        ++next;
      }
      const vec result = dot_unit<K, N>::dot(sum, xs, ws);
      for (int lane = 0; lane < N; ++lane)
        found.check(result[lane] == plain_dot(sum[lane], xs[lane], ws[lane], K));
    }
}

// Sums of rounded products, right modulo 2^(32 - dropped) after the division.
template <int N>
void compare_rounded(const std::vector<std::int32_t>& all, tally& found) {
  using vec = typename vector_arithmetic<std::int32_t, N>::vec;
  constexpr int length = 9;
  for (int dropped = 1; dropped <= 15; ++dropped)
    for (rounding mode : {rounding::trn, rounding::rnd}) {
      const rounded_pairs<N> pairs(dyn(32, 20, true), dyn(16, 20 - dropped, true, mode));
      for (std::size_t first = 0; first < all.size(); ++first) {
        vec sum = pairs.start(length);
        std::int64_t exact[N] = {};
        for (int i = 0; i < length; ++i) {
          vec x = {}, w = {};
          for (int lane = 0; lane < N; ++lane) {
            x[lane] = all[(first + static_cast<std::size_t>(i * 5 + lane)) % all.size()];
            w[lane] = all[(first * 3 + static_cast<std::size_t>(i + lane * 7)) % all.size()];
            for (int k = 0; k < 2; ++k) {
              const std::int64_t product =
                  element(static_cast<std::uint32_t>(x[lane]), k, 2, true) *
                  element(static_cast<std::uint32_t>(w[lane]), k, 2, true);
              exact[lane] += (product + pairs.half) >> dropped;
            }
          }
          sum = pairs.add(sum, x, w);
        }
        const vec result = pairs.end(sum);
        const std::uint32_t kept = ~std::uint32_t{0} >> dropped;
        for (int lane = 0; lane < N; ++lane)
          found.check(((static_cast<std::uint32_t>(result[lane]) ^
                        static_cast<std::uint32_t>(exact[lane])) &
                       kept) == 0);
      }
    }
}

// Counts of as many words as may be added up at once, and the signs of lanes.
template <int N>
void compare_bits(const std::vector<std::int32_t>& all, tally& found) {
  using unit = bit_unit<N>;
  using vec = typename vector_arithmetic<std::int32_t, N>::vec;
  const int longest = unit::at_once < 40 ? unit::at_once : 40;
  std::uniform_int_distribution<std::size_t> any(0, all.size() - 1);
  for (int n : {0, 1, 2, longest - 1, longest})
    for (int round = 0; round < 200; ++round) {
      vec counts = {};
      std::vector<std::int32_t> expected(N);
      for (int i = 0; i < n; ++i) {
        vec x = {}, w = {};
        for (int lane = 0; lane < N; ++lane) {
          x[lane] = round == 0 ? -1 : all[any(generator())];
          w[lane] = round == 0 ? 0 : all[any(generator())];
          for (int bit = 0; bit < 32; ++bit)
            expected[static_cast<std::size_t>(lane)] +=
                (x[lane] >> bit & 1) != (w[lane] >> bit & 1);
        }
        counts = unit::add(counts, x, w);
      }
      const vec total = unit::total(counts);
      vec raws = {};
      std::uint32_t negative = 0;
      for (int lane = 0; lane < N; ++lane) {
        found.check(total[lane] == expected[static_cast<std::size_t>(lane)]);
        raws[lane] = all[any(generator())];
        negative |= static_cast<std::uint32_t>(raws[lane] < 0) << lane;
      }
      found.check(unit::signs(raws) == negative);
    }
}

template <class T, int N>
void compare_gather(tally& found) {
  using vec = typename vector_arithmetic<T, N>::vec;
  for (int size : {1, 2, 3, 7, 8, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 257, 4096}) {
    std::vector<T> entries;  // of exactly this size, for AddressSanitizer
    for (int i = 0; i < size; ++i) entries.push_back(static_cast<T>(generator()()));
    entries.front() = std::numeric_limits<T>::min();
    entries.back() = std::numeric_limits<T>::max();
    std::uniform_int_distribution<int> any(0, size - 1);
    for (int round = 0; round < 50; ++round) {
      vec at = {};
      for (int lane = 0; lane < N; ++lane)
        at[lane] = static_cast<T>(round == 0 ? size - 1 : round == 1 ? 0 : any(generator()));
      const vec result = gather_unit<T, N>::gather(entries.data(), size, at);
      for (int lane = 0; lane < N; ++lane)
        found.check(result[lane] == entries[static_cast<std::size_t>(at[lane])]);
    }
  }
}

// Rows by index, which some lanes do not have.
template <class T, int N>
void compare_rows(tally& found) {
  using P = lanes<T, N>;
  using vec = typename P::vec;
  for (int n : {1, 2, 7, 30})
    for (int run : {1, 3, 8})
      for (int round = 0; round < 20; ++round) {
        const auto size = static_cast<std::size_t>(n * run);
        const auto length = static_cast<std::size_t>(run);
        const auto any = [](std::size_t count) {
          std::vector<vec> all(count);
          for (vec& v : all)
            for (int lane = 0; lane < N; ++lane)
              v[lane] = static_cast<T>(generator()() % 64) - T{32};
          return all;
        };
        std::vector<vec> matrix = any(size), values = any(length), row(length), sums = matrix,
                         best = matrix, counts = any(static_cast<std::size_t>(n));
        vec at = {};  // some of them are no rows
        for (int lane = 0; lane < N; ++lane)
          at[lane] =
              static_cast<T>(static_cast<int>(generator()() % (static_cast<unsigned>(n) + 4)) - 2);
        const dyn f(16, 0, true);
        const num<P, dyn> index(f, at);
        P::read_row(n, run, view<P, dyn>(f, matrix.data()), index, view<P, dyn>(f, row.data()));
        P::add_to_row(n, run, view<P, dyn>(f, sums.data()), index, view<P, dyn>(f, values.data()));
        P::raise_row(n, run, view<P, dyn>(f, best.data()), view<P, dyn>(f, counts.data()), index,
                     view<P, dyn>(f, values.data()));
        for (int lane = 0; lane < N; ++lane) {
          for (int c = 0; c < run; ++c) {
            const int i = static_cast<int>(at[lane]);
            const bool exists = i >= 0 && i < n;
            const T read = exists ? matrix[static_cast<std::size_t>(i * run + c)][lane] : T{0};
            found.check(row[static_cast<std::size_t>(c)][lane] == read);
          }
          for (int i = 0; i < n; ++i)
            for (int c = 0; c < run; ++c) {
              const auto e = static_cast<std::size_t>(i * run + c);
              const T before = matrix[e][lane], value = values[static_cast<std::size_t>(c)][lane];
              const bool here = i == static_cast<int>(at[lane]);
              const bool is_empty = counts[static_cast<std::size_t>(i)][lane] < 1;
              const T larger = is_empty || before < value ? value : before;
              found.check(sums[e][lane] == static_cast<T>(here ? before + value : before));
              found.check(best[e][lane] == (here ? larger : before));
            }
        }
      }
}

// The larger and the smaller of elements in words, whatever the offset that they are stored with.
template <class P, int K>
void compare_choices(tally& found) {
  using raw = typename P::template raw<dyn>;
  constexpr int n_words = static_cast<int>(sizeof(raw) / 4);
  const dyn f(18, 0, true);
  for (int offset : {0, 1, -100, 200, 32768 - 17})
    for (int round = 0; round < 50; ++round) {
      const auto any = [&](std::vector<std::int32_t>& raws) {
        std::vector<std::int32_t> in(n_words);
        for (int i = 0; i < n_words * K; ++i) {
          const int far = static_cast<int>(generator()() % 8);
          const int span = dot_highest(K) - dot_lowest(K);
          const int at = far == 0   ? 0
                         : far == 1 ? span
                                    : static_cast<int>(generator()() % static_cast<unsigned>(span));
          raws.push_back(dot_lowest(K) + at - offset);
          in[static_cast<std::size_t>(i / K)] |= in_word<K>(raws.back(), i % K, offset);
        }
        raw result;
        std::memcpy(&result, in.data(), sizeof result);
        return num<P, dyn>(f, result);
      };
      std::vector<std::int32_t> a, b;
      const num<P, dyn> x = any(a), y = any(b);
      const auto check = [&](const num<P, dyn>& chosen, auto of) {
        std::vector<std::int32_t> out(n_words);
        std::memcpy(out.data(), &chosen.raw, sizeof chosen.raw);
        for (int i = 0; i < n_words * K; ++i) {
          const auto word = static_cast<std::uint32_t>(out[static_cast<std::size_t>(i / K)]);
          const auto at = static_cast<std::size_t>(i);
          found.check(element_of<K>(word, i % K, offset) == of(a[at], b[at]));
        }
      };
      using cells::reduce_max;
      using cells::reduce_min;
      check(reduce_max::finish(reduce_max::step(reduce_max::begin(2, x), y), f),
            [](int v, int w) { return v < w ? w : v; });
      check(reduce_min::finish(reduce_min::step(reduce_min::begin(2, x), y), f),
            [](int v, int w) { return v < w ? v : w; });
    }
}

template <int K, int Bytes>
void compare_stored(tally& found) {
  using stored = stored_element<K>;
  constexpr int n = Bytes / static_cast<int>(sizeof(stored));
  compare_choices<stored_neurons<stored, n>, K>(found);
  compare_choices<stored_samples<stored, n, 2>, K>(found);
}

// Registers of the sizes that the flags have.
template <int Bytes>
void compare_registers(const std::vector<std::int32_t>& all, tally& dots, tally& bits,
                       tally& planes, tally& gathers, tally& rows, tally& choices) {
  compare_planes<Bytes / 4>(planes);
  compare_stored<2, Bytes>(choices);
  compare_stored<4, Bytes>(choices);
  compare_bits<Bytes / 4>(all, bits);
  compare_rows<std::int16_t, Bytes / 2>(rows);
  compare_rows<std::int32_t, Bytes / 4>(rows);
  compare_rows<std::int64_t, Bytes / 8>(rows);
  compare_dot<2, Bytes / 4>(all, dots);
  compare_dot<4, Bytes / 4>(all, dots);
  compare_rounded<Bytes / 4>(all, dots);
  compare_gather<std::int16_t, Bytes / 2>(gathers);
  compare_gather<std::int32_t, Bytes / 4>(gathers);
  compare_gather<std::int64_t, Bytes / 8>(gathers);
}

// Not inlined: it uses instructions that the processor may lack.
__attribute__((noinline)) int compare() {
  const std::vector<std::int32_t> all = words();
  tally dots, bits, planes, gathers, rows, choices;
  compare_registers<16>(all, dots, bits, planes, gathers, rows, choices);
#if defined(__AVX2__)
  compare_registers<32>(all, dots, bits, planes, gathers, rows, choices);
#endif
#if defined(__AVX512F__)
  compare_registers<64>(all, dots, bits, planes, gathers, rows, choices);
#endif
  std::printf(
      "dot cases=%ld mismatches=%ld\nbit cases=%ld mismatches=%ld\n"
      "plane cases=%ld mismatches=%ld\ngather cases=%ld mismatches=%ld\nrow cases=%ld "
      "mismatches=%ld\n"
      "choice cases=%ld mismatches=%ld\n",
      dots.cases, dots.wrong, bits.cases, bits.wrong, planes.cases, planes.wrong, gathers.cases,
      gathers.wrong, rows.cases, rows.wrong, choices.cases, choices.wrong);
  return dots.wrong + bits.wrong + planes.wrong + gathers.wrong + rows.wrong + choices.wrong == 0
             ? 0
             : 1;
}

}  // namespace

int main() {
  if (const char* feature = missing_feature()) {
    std::printf("skipped: this processor has no %s\n", feature);
    return 0;
  }
  return compare();
}
