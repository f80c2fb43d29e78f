#include "weights.hpp"

#include "isobit/policy/packing.hpp"
#include "isobit/policy/wide_sums.hpp"
#include "with_lane.hpp"

namespace isobit::engine {

namespace {

template <class T>
operation_constants plain_as(const operation& op) {
  arrays_by_identity<T> known;
  auto packed = std::make_shared<packed_constants<T>>(op, known);
  return {packed->constants, packed->tables, packed->formats, packed};
}

std::size_t round_up(std::size_t n, std::size_t to) { return (n + to - 1) / to * to; }

template <class T>
operation_constants by_register(const operation& op, int register_bytes) {
  struct stored {
    operation_constants plain;
    std::vector<std::unique_ptr<aligned_array<T>>> arrays;
  };
  auto all = std::make_shared<stored>();
  all->plain = plain_as<T>(op);
  operation_constants result = all->plain;
  const std::size_t lanes = static_cast<std::size_t>(register_bytes) / sizeof(T);
  for (std::size_t c = 0; c < op.constants.size(); ++c) {
    const shared_array<int128>& raws = op.constants[c].raws;
    auto array = std::make_unique<aligned_array<T>>(round_up(raws.size(), lanes));
    for (std::size_t i = 0; i < array->size(); ++i)
      array->data()[i] = static_cast<T>(raws[std::min(i, raws.size() - 1)]);
    result.constants[c].data = array->data();
    all->arrays.push_back(std::move(array));
  }
  result.storage = all;
  return result;
}

int128 at(const constant& c, std::size_t i) { return c.raws[c.raws.size() == 1 ? 0 : i]; }

// Additions and shifts modulo 2^128; what the kernel sees of them is right modulo 2^bits.
int128 shifted(int128 v, int by) { return static_cast<int128>(static_cast<uint128>(v) << by); }
int128 less(int128 a, int128 b) {
  return static_cast<int128>(static_cast<uint128>(a) - static_cast<uint128>(b));
}

// Word w of the weights of neuron o.
std::int32_t word_of(const operation& op, int pack, std::size_t w, std::size_t o) {
  const auto n_in = static_cast<std::size_t>(op.ints[1]),
             n_out = static_cast<std::size_t>(op.ints[2]);
  const std::size_t first = w * static_cast<std::size_t>(pack);
  const int count = static_cast<int>(std::min(static_cast<std::size_t>(pack), n_in - first));
  std::int32_t word = 0;
  for (int k = 0; k < count; ++k) {
    const int128 weight = at(op.constants[0], (first + static_cast<std::size_t>(k)) * n_out + o);
    word |= pack == 2 ? in_word<2>(weight, k, 0) : in_word<4>(weight, k, 0);
  }
  return word;
}

std::size_t words_per_row(const operation& op, int pack) {
  return static_cast<std::size_t>(words(static_cast<int>(op.ints[1]), pack));
}

// What every neuron's sum starts from.
template <class T>
void fill_starts(const operation& op, const dyn& input, int offset, T* starts) {
  const constant &weight = op.constants[0], &bias = op.constants[1];
  const auto n_in = static_cast<std::size_t>(op.ints[1]),
             n_out = static_cast<std::size_t>(op.ints[2]);
  const dyn total = affine_format(static_cast<int>(n_in), input, weight.format, bias.format);
  const int product_shift = total.frac() - product(input, weight.format).frac();
  const int bias_shift = total.frac() - bias.format.frac();
  for (std::size_t o = 0; o < n_out; ++o) {
    int128 sum = 0;
    for (std::size_t i = 0; i < n_in; ++i) sum += at(weight, i * n_out + o);
    starts[o] = static_cast<T>(
        less(shifted(at(bias, o), bias_shift), shifted(sum * offset, product_shift)));
  }
}

template <class Word, class Start>
struct matrix_storage {
  matrix_storage(std::size_t n_words, std::size_t n_starts) : words(n_words), starts(n_starts) {}
  aligned_array<Word> words;
  aligned_array<Start> starts;
};

template <class Word, class Start>
operation_constants stored(const operation& op, std::shared_ptr<matrix_storage<Word, Start>> all) {
  const auto size = [](const auto& a) { return static_cast<std::ptrdiff_t>(a.size()); };
  operation_constants result;
  result.constants = {{all->words.data(), size(all->words), plain(op.constants[0].format)},
                      {all->starts.data(), size(all->starts), plain(op.constants[1].format)}};
  for (const dyn& f : op.formats) result.formats.push_back(plain(f));
  result.storage = std::move(all);
  return result;
}

// `in_front` words before each neuron's weights stay zero.
template <class Word, class Start>
std::shared_ptr<matrix_storage<Word, Start>> panels_of(const operation& op, const dyn& input,
                                                       int pack, int offset, int register_bytes,
                                                       std::size_t in_front) {
  const auto n_out = static_cast<std::size_t>(op.ints[2]);
  const std::size_t lanes = static_cast<std::size_t>(register_bytes) / sizeof(Word);
  const std::size_t n_words = words_per_row(op, pack), padded = round_up(n_out, lanes);
  auto all = std::make_shared<matrix_storage<Word, Start>>(padded * (in_front + n_words), padded);
  for (std::size_t o = 0; o < n_out; ++o) {
    Word* panel = all->words.data() + o / lanes * (in_front + n_words) * lanes + o % lanes;
    for (std::size_t w = 0; w < n_words; ++w)
      panel[(in_front + w) * lanes] = static_cast<Word>(
          pack == 1 ? at(op.constants[0], w * n_out + o) : int128{word_of(op, pack, w, o)});
  }
  fill_starts(op, input, offset, all->starts.data());
  return all;
}

}  // namespace

operation_constants plain_constants(const operation& op, lane type) {
  return with_lane(type, [&](auto t) { return plain_as<decltype(t)>(op); });
}

operation_constants constants_by_register(const operation& op, lane type, int register_bytes) {
  return with_lane(type, [&](auto t) { return by_register<decltype(t)>(op, register_bytes); });
}

operation_constants panels(const operation& op, const dyn& input, lane type, int pack, int offset,
                           int register_bytes) {
  return with_lane(type, [&](auto t) {
    using T = decltype(t);
    return stored(op, panels_of<T, T>(op, input, pack, offset, register_bytes, 0));
  });
}

operation_constants wide_panels(const operation& op, const dyn& input, int offset, int128 largest,
                                int together, int register_bytes) {
  auto all = panels_of<std::int32_t, std::int64_t>(op, input, 2, offset, register_bytes, 1);
  const std::size_t lanes = static_cast<std::size_t>(register_bytes) / sizeof(std::int32_t);
  const std::size_t panel_size = (1 + words_per_row(op, 2)) * lanes;
  const auto neurons = static_cast<std::size_t>(together);
  for (std::size_t o = 0; o < all->starts.size(); o += neurons) {
    std::int32_t* first = all->words.data() + o / lanes * panel_size + o % lanes;
    std::fill(first, first + neurons, words_at_once(op, largest, o, together));
  }
  return stored(op, std::move(all));
}

int words_at_once(const operation& op, int128 largest, std::size_t first_neuron, int neurons) {
  const auto n_in = static_cast<std::size_t>(op.ints[1]),
             n_out = static_cast<std::size_t>(op.ints[2]);
  const std::size_t end = std::min(n_out, first_neuron + static_cast<std::size_t>(neurons));
  int at_once = most_words_at_once;
  for (std::size_t o = first_neuron; o < end; ++o) {
    const auto fits = [&](std::size_t inputs) {
      int128 sum = 0;
      for (std::size_t i = 0; i < n_in; ++i) {
        const int128 w = at(op.constants[0], i * n_out + o);
        sum = (i % inputs == 0 ? 0 : sum) + (w < 0 ? -w : w) * largest;
        if (sum >= largest_partial_sum) return false;
      }
      return true;
    };
    while (at_once > 0 && !fits(2 * static_cast<std::size_t>(at_once))) at_once /= 2;
  }
  return at_once;
}

operation_constants sparse_words(const operation& op, const dyn& input, int pack, int offset) {
  const auto n_out = static_cast<std::size_t>(op.ints[2]);
  const std::size_t padded = round_up(n_out, neurons_of_a_tile);
  std::vector<std::int32_t> begins, entries;
  for (std::size_t o = 0; o <= padded; ++o) {
    begins.push_back(static_cast<std::int32_t>(padded + 1 + entries.size() - o));
    for (std::size_t w = 0; o < n_out && w < words_per_row(op, pack); ++w)
      if (const std::int32_t word = word_of(op, pack, w, o); word != 0) {
        entries.push_back(static_cast<std::int32_t>(w));
        entries.push_back(word);
      }
  }
  auto all = std::make_shared<matrix_storage<std::int32_t, std::int32_t>>(
      begins.size() + entries.size(), padded);
  std::copy(entries.begin(), entries.end(),
            std::copy(begins.begin(), begins.end(), all->words.data()));
  fill_starts(op, input, offset, all->starts.data());
  return stored(op, std::move(all));
}

double filled_share(const operation& op, int pack) {
  const auto n_out = static_cast<std::size_t>(op.ints[2]);
  std::size_t filled = 0;
  for (std::size_t w = 0; w < words_per_row(op, pack); ++w)
    for (std::size_t o = 0; o < n_out; ++o) filled += word_of(op, pack, w, o) != 0;
  return static_cast<double>(filled) / static_cast<double>(words_per_row(op, pack) * n_out);
}

}  // namespace isobit::engine
