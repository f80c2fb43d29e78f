// Constants as the kernels read them.
#ifndef ISOBIT_ENGINE_WEIGHTS_HPP
#define ISOBIT_ENGINE_WEIGHTS_HPP

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include "description.hpp"
#include "isa_kernels.hpp"
#include "sum_shape.hpp"

namespace isobit::engine {

// Memory that registers of any size can be loaded from.
template <class T>
class aligned_array {
 public:
  explicit aligned_array(std::size_t size)
      : data_(static_cast<T*>(::operator new(size * sizeof(T), alignment))), size_(size) {
    std::fill(data_, data_ + size_, T{});
  }
  ~aligned_array() { ::operator delete(data_, alignment); }
  aligned_array(const aligned_array&) = delete;
  aligned_array& operator=(const aligned_array&) = delete;

  T* data() { return data_; }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::align_val_t alignment{64};
  T* data_;
  std::size_t size_;
};

// The constants of one operation for its kernel.
struct operation_constants {
  std::vector<constant_ref> constants;
  std::vector<table_ref> tables;
  std::vector<plain_format> formats;
  std::shared_ptr<const void> storage;
};

// Constants in C order, one or one per element, in the integers of the lane.
operation_constants plain_constants(const operation& op, lane type);

// The same, with every constant repeated or padded to whole registers of neighbouring elements, and
// one register behind.
operation_constants constants_by_register(const operation& op, lane type, int register_bytes);

// A layer with a weight matrix, and how its input lies.
struct packed_layer {
  const operation& op;
  sum_shape shape;
  dyn input;
  int pack, offset;
};

// A weight matrix in panels of as many neurons as a register holds words: group by group, panel by
// panel, word by word (of `pack` weights, -1 or +1 if 32; pack 1: one; with bit planes of the input
// 32, and their number in front of them), a word of each neuron side by side; what pads the last
// panel and the last word of a tap is zero. Then what each neuron's sum starts from, in the format
// of the exact sum: its bias, less what `offset` adds to the products (and the -1 to planes). For a
// convolution then a row of zeros as words, one for each of `samples`.
operation_constants panels(const packed_layer& layer, lane type, int register_bytes, int samples);

// The same for sums of up to 64 bits of pairs (policy/wide_sums.hpp), where `largest` bounds the
// stored activations; `together` neurons (a divisor of a panel) share their first word.
operation_constants wide_panels(const packed_layer& layer, int128 largest, int together,
                                int register_bytes, int samples);

// The most words, a power of two, that these columns may add up at once; 0 if not even one fits.
int words_at_once(const packed_layer& layer, int128 largest, std::size_t first_column, int columns);

// The same with the words that are not zero only: policy/sparse_samples.hpp.
operation_constants sparse_words(const packed_layer& layer);

// The share of a weight matrix's words that are not zero.
double filled_share(const packed_layer& layer);

}  // namespace isobit::engine

#endif
