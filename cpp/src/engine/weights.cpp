#include "weights.hpp"

#include "isobit/policy/packing.hpp"

namespace isobit::engine {

namespace {

// Calls f with a value of the lane's integer type.
template <class F>
operation_constants with_lane(lane type, F f) {
  switch (type) {
    case lane::i16:
      return f(std::int16_t());
    case lane::i32:
      return f(std::int32_t());
    case lane::i64:
      return f(std::int64_t());
    case lane::i128:
      break;
  }
  return f(int128());
}

template <class T>
operation_constants plain_as(const operation& op) {
  auto packed = std::make_shared<packed_constants<T>>(op);
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
    const std::vector<int128>& raws = op.constants[c].raws;
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

template <int K>
std::int32_t word_of(const constant& weights, std::size_t first, int count, std::size_t n_out) {
  std::int32_t word = 0;
  for (int k = 0; k < count; ++k)
    word |= in_word<K>(at(weights, first + static_cast<std::size_t>(k) * n_out), k, 0);
  return word;
}

template <class T>
operation_constants panels_of(const operation& op, const dyn& input, int pack, int offset,
                              int register_bytes) {
  struct stored {
    stored(std::size_t n_words, std::size_t n_starts) : words(n_words), starts(n_starts) {}
    aligned_array<T> words, starts;
  };
  const constant &weight = op.constants[0], &bias = op.constants[1];
  const auto n_in = static_cast<std::size_t>(op.ints[1]),
             n_out = static_cast<std::size_t>(op.ints[2]);
  const std::size_t lanes = static_cast<std::size_t>(register_bytes) / sizeof(T);
  const auto n_words = static_cast<std::size_t>(words(static_cast<int>(n_in), pack));
  const std::size_t padded = round_up(n_out, lanes);
  auto all = std::make_shared<stored>(padded * n_words, padded);
  for (std::size_t o = 0; o < n_out; ++o) {
    T* panel = all->words.data() + o / lanes * n_words * lanes + o % lanes;
    for (std::size_t w = 0; w < n_words; ++w) {
      const std::size_t first = w * static_cast<std::size_t>(pack);
      const int count = static_cast<int>(std::min(static_cast<std::size_t>(pack), n_in - first));
      T& word = panel[w * lanes];
      if (pack == 1)
        word = static_cast<T>(at(weight, first * n_out + o));
      else
        word = static_cast<T>(pack == 2 ? word_of<2>(weight, first * n_out + o, count, n_out)
                                        : word_of<4>(weight, first * n_out + o, count, n_out));
    }
  }
  const dyn total = affine_format(static_cast<int>(n_in), input, weight.format, bias.format);
  const int product_shift = total.frac() - product(input, weight.format).frac();
  const int bias_shift = total.frac() - bias.format.frac();
  for (std::size_t o = 0; o < n_out; ++o) {
    int128 sum = 0;
    for (std::size_t i = 0; i < n_in; ++i) sum += at(weight, i * n_out + o);
    all->starts.data()[o] = static_cast<T>(
        less(shifted(at(bias, o), bias_shift), shifted(sum * offset, product_shift)));
  }
  const auto size = [](const aligned_array<T>& a) { return static_cast<std::ptrdiff_t>(a.size()); };
  operation_constants result;
  result.constants = {{all->words.data(), size(all->words), plain(weight.format)},
                      {all->starts.data(), size(all->starts), plain(bias.format)}};
  for (const dyn& f : op.formats) result.formats.push_back(plain(f));
  result.storage = all;
  return result;
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
    return panels_of<decltype(t)>(op, input, pack, offset, register_bytes);
  });
}

}  // namespace isobit::engine
