#include "weights.hpp"

#include "isobit/cells/rounded_dense.hpp"
#include "isobit/policy/packing.hpp"
#include "isobit/policy/planes.hpp"
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
    auto array = std::make_unique<aligned_array<T>>(round_up(raws.size(), lanes) + lanes);
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

// Word w of the weights in column o.
std::int32_t word_of(const packed_layer& l, std::size_t w, std::size_t o) {
  const auto pack = static_cast<std::size_t>(elements_of_a_word(l.pack)),
             n_in = static_cast<std::size_t>(l.shape.n_in);
  const std::size_t words_of_tap = (n_in + pack - 1) / pack;
  const std::size_t tap = w / words_of_tap, first = w % words_of_tap * pack;
  const int count = static_cast<int>(std::min(pack, n_in - first));
  std::int32_t word = 0;
  for (int k = 0; k < count; ++k) {
    const std::size_t row = tap * n_in + first + static_cast<std::size_t>(k);
    const int128 weight = at(l.op.constants[0], row * l.shape.columns() + o);
    word |= planes_of(l.pack) > 0      ? in_word<bits_of_a_word>(weight, bit_of_element(k), 0)
            : l.pack == bits_of_a_word ? in_word<bits_of_a_word>(weight, k, 0)
            : l.pack == 2              ? in_word<2>(weight, k, 0)
                                       : in_word<4>(weight, k, 0);
  }
  return word;
}

// What every neuron's sum starts from, by group, `padded` of them each. That of bits counts down,
// by two for each that differs; that of planes up from where all weights of -1 meet ones.
template <class T>
void fill_starts(const packed_layer& l, std::size_t padded, T* starts) {
  const constant &weight = l.op.constants[0], &bias = l.op.constants[1];
  const auto n_out = static_cast<std::size_t>(l.shape.n_out);
  const std::size_t columns = l.shape.columns();
  const int n_in = static_cast<int>(l.shape.inputs());
  const dyn total = is_rounded(l.op)
                        ? cells::rounded_dense::total_format(n_in, l.input, weight.format,
                                                             l.op.formats[0], bias.format)
                        : affine_format(n_in, l.input, weight.format, bias.format);
  const int product_shift = total.frac() - product(l.input, weight.format).frac();
  const int bias_shift = total.frac() - bias.format.frac();
  std::vector<int128> sums(columns);
  const int all_ones = (1 << planes_of(l.pack)) - 1;
  for (std::size_t i = 0; (l.offset != 0 || all_ones != 0) && i < weight.raws.size(); ++i)
    sums[i % columns] += weight.raws[i] * l.offset + (weight.raws[i] < 0 ? all_ones : 0);
  for (std::size_t o = 0; o < columns; ++o) {
    const int128 more = l.pack == bits_of_a_word ? -static_cast<int128>(l.shape.inputs()) : sums[o];
    starts[o / n_out * padded + o % n_out] =
        static_cast<T>(less(shifted(at(bias, o), bias_shift), shifted(more, product_shift)));
  }
}

// Word w of a row of zeros, each stored as the offset.
std::int32_t word_of_zeros(const packed_layer& l, int w) {
  std::int32_t word = 0;
  if (planes_of(l.pack) == 0) {
    for (int k = 0; k < l.pack; ++k)
      word |= l.pack == 4 ? in_word<4>(0, k, l.offset) : in_word<2>(0, k, l.offset);
    return word;
  }
  const int of_plane = words(l.shape.n_in, bits_of_a_word);
  const std::uint32_t inside = plane_mask(l.shape.n_in - w % of_plane * bits_of_a_word);
  return (l.offset >> (w / of_plane) & 1) != 0 ? static_cast<std::int32_t>(inside) : 0;
}

template <class Word, class Start>
struct matrix_storage {
  matrix_storage(std::size_t n_words, std::size_t n_starts, std::size_t n_padding = 0)
      : words(n_words), starts(n_starts), padding(n_padding) {}
  aligned_array<Word> words;
  aligned_array<Start> starts;
  aligned_array<std::int32_t> padding;
};

template <class Word, class Start>
operation_constants stored(const operation& op, std::shared_ptr<matrix_storage<Word, Start>> all) {
  const auto size = [](const auto& a) { return static_cast<std::ptrdiff_t>(a.size()); };
  operation_constants result;
  result.constants = {{all->words.data(), size(all->words), plain(op.constants[0].format)},
                      {all->starts.data(), size(all->starts), plain(op.constants[1].format)},
                      {all->padding.data(), size(all->padding), plain(op.constants[0].format)}};
  for (const dyn& f : op.formats) result.formats.push_back(plain(f));
  result.storage = std::move(all);
  return result;
}

// `in_front` words before each neuron's weights hold the number of planes, zero without.
template <class Word, class Start>
std::shared_ptr<matrix_storage<Word, Start>> panels_of(const packed_layer& l, int register_bytes,
                                                       std::size_t in_front, int samples) {
  const auto n_out = static_cast<std::size_t>(l.shape.n_out),
             groups = static_cast<std::size_t>(l.shape.groups);
  const std::size_t lanes = static_cast<std::size_t>(register_bytes) / sizeof(Word);
  const std::size_t n_words = l.shape.words(elements_of_a_word(l.pack));
  const std::size_t padded = round_up(n_out, lanes);
  const bool has_zeros = is_convolution(l.op) && l.pack > 1 && l.pack != bits_of_a_word;
  const std::size_t row_words =
      has_zeros ? static_cast<std::size_t>(words(l.shape.n_in, l.pack)) : 0;
  auto all = std::make_shared<matrix_storage<Word, Start>>(
      groups * padded * (in_front + n_words), groups * padded,
      row_words * static_cast<std::size_t>(samples));
  for (std::size_t column = 0; column < l.shape.columns(); ++column) {
    const std::size_t o = column % n_out, first_panel = column / n_out * (padded / lanes);
    Word* panel =
        all->words.data() + (first_panel + o / lanes) * (in_front + n_words) * lanes + o % lanes;
    for (std::size_t w = 0; w < in_front; ++w)
      panel[w * lanes] = static_cast<Word>(planes_of(l.pack));
    for (std::size_t w = 0; w < n_words; ++w)
      panel[(in_front + w) * lanes] = static_cast<Word>(
          l.pack == 1 ? at(l.op.constants[0], w * n_out + o) : int128{word_of(l, w, column)});
  }
  fill_starts(l, padded, all->starts.data());
  for (std::size_t i = 0; i < all->padding.size(); ++i)
    all->padding.data()[i] = word_of_zeros(l, static_cast<int>(i) / samples);
  return all;
}

}  // namespace

operation_constants plain_constants(const operation& op, lane type) {
  return with_lane(type, [&](auto t) { return plain_as<decltype(t)>(op); });
}

operation_constants constants_by_register(const operation& op, lane type, int register_bytes) {
  return with_lane(type, [&](auto t) { return by_register<decltype(t)>(op, register_bytes); });
}

operation_constants panels(const packed_layer& layer, lane type, int register_bytes, int samples) {
  return with_lane(type, [&](auto t) {
    using T = decltype(t);
    const std::size_t in_front = planes_of(layer.pack) > 0 ? 1 : 0;
    return stored(layer.op, panels_of<T, T>(layer, register_bytes, in_front, samples));
  });
}

operation_constants wide_panels(const packed_layer& layer, int128 largest, int together,
                                int register_bytes, int samples) {
  auto all = panels_of<std::int32_t, std::int64_t>(layer, register_bytes, 1, samples);
  const std::size_t lanes = static_cast<std::size_t>(register_bytes) / sizeof(std::int32_t);
  const std::size_t panel_size = (1 + layer.shape.words(2)) * lanes;
  const auto neurons = static_cast<std::size_t>(together),
             n_out = static_cast<std::size_t>(layer.shape.n_out);
  const std::size_t padded = round_up(n_out, lanes);
  for (std::size_t o = 0; o < all->starts.size(); o += neurons) {
    std::int32_t* first = all->words.data() + o / lanes * panel_size + o % lanes;
    const std::size_t in_group = o % padded;
    const int real = static_cast<int>(std::min(neurons, n_out - std::min(n_out, in_group)));
    std::fill(first, first + neurons,
              words_at_once(layer, largest, o / padded * n_out + in_group, real));
  }
  return stored(layer.op, std::move(all));
}

int words_at_once(const packed_layer& l, int128 largest, std::size_t first_column, int columns) {
  const std::size_t n_words = l.shape.words(2),
                    end = first_column + static_cast<std::size_t>(columns);
  int at_once = most_words_at_once;
  for (std::size_t o = first_column; o < end; ++o) {
    const auto fits = [&](std::size_t words) {
      int128 sum = 0;
      for (std::size_t w = 0; w < n_words; ++w) {
        const auto word = static_cast<std::uint32_t>(word_of(l, w, o));
        const int128 low = element_of<2>(word, 0, 0), high = element_of<2>(word, 1, 0);
        sum = (w % words == 0 ? 0 : sum) +
              ((low < 0 ? -low : low) + (high < 0 ? -high : high)) * largest;
        if (sum >= largest_partial_sum) return false;
      }
      return true;
    };
    while (at_once > 0 && !fits(static_cast<std::size_t>(at_once))) at_once /= 2;
  }
  return at_once;
}

operation_constants sparse_words(const packed_layer& l) {
  const auto n_out = static_cast<std::size_t>(l.shape.n_out);
  const std::size_t padded = round_up(n_out, neurons_of_a_tile), n_words = l.shape.words(l.pack);
  std::vector<std::int32_t> begins, entries;
  for (std::size_t o = 0; o <= padded; ++o) {
    begins.push_back(static_cast<std::int32_t>(padded + 1 + entries.size() - o));
    for (std::size_t w = 0; o < n_out && w < n_words; ++w)
      if (const std::int32_t word = word_of(l, w, o); word != 0) {
        entries.push_back(static_cast<std::int32_t>(w));
        entries.push_back(word);
      }
  }
  auto all = std::make_shared<matrix_storage<std::int32_t, std::int32_t>>(
      begins.size() + entries.size(), padded);
  std::copy(entries.begin(), entries.end(),
            std::copy(begins.begin(), begins.end(), all->words.data()));
  fill_starts(l, padded, all->starts.data());
  return stored(l.op, std::move(all));
}

double filled_share(const packed_layer& l) {
  const std::size_t n_words = l.shape.words(l.pack), columns = l.shape.columns();
  std::size_t filled = 0;
  for (std::size_t w = 0; w < n_words; ++w)
    for (std::size_t o = 0; o < columns; ++o) filled += word_of(l, w, o) != 0;
  return static_cast<double>(filled) / static_cast<double>(n_words * columns);
}

}  // namespace isobit::engine
