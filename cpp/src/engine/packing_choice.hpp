// Which operations read packed activations, and where an element-wise operation is computed
// together with the one before it.
#ifndef ISOBIT_ENGINE_PACKING_CHOICE_HPP
#define ISOBIT_ENGINE_PACKING_CHOICE_HPP

#include "plan.hpp"

namespace isobit::engine {

class packing_choice {
 public:
  packing_choice(const description& net, const proof& proven, const isa_kernels& isa,
                 const plan_options& options);

  // Elements a word of the operation's input; 1 where it is not packed.
  int pack(std::size_t operation) const { return packs_[operation]; }
  // The same as its kernel sees it: where that goes over bit planes, they are made of words of
  // four.
  int kernel_pack(std::size_t operation) const {
    const int planes = planes_[operation];
    return planes > 0 ? pack_of_planes(planes) : packs_[operation];
  }
  // The lane that a packed operation adds up in.
  lane sums(std::size_t operation) const;
  // The largest magnitude of what a packed tensor stores.
  int128 largest_stored(int tensor, int pack) const;
  // Whether the output is the input, in whatever form (a reshape).
  bool changes_nothing(std::size_t operation) const;
  // How the operation wants its packed input.
  form input_form(std::size_t operation) const;
  // The bit planes for an operation that goes over them.
  form plane_form(std::size_t operation) const;
  // The ints of packed pooling (find_choices of packed_table.hpp).
  std::vector<std::int64_t> packed_windows(std::size_t operation) const;
  // The operation that can be fused behind this one, which a kernel named by both computes; -1 if
  // there is none.
  int fused(std::size_t operation) const;
  // Whether the operation fused behind this one gives nothing but the signs of its exact sums,
  // because the casts between them change no sign.
  bool gives_signs(std::size_t operation, std::size_t fused) const;
  // The one packed form that everybody who reads this tensor (rows x row_size) wants, or raws of
  // `type`. row_size 0: any rows will do.
  form home_form(int tensor, lane type, int rows, int row_size) const;

 private:
  bool is_kept(int tensor) const { return kept_[static_cast<std::size_t>(tensor)]; }
  bool fits_bits(const operation& op) const;
  int planes_that_pay(const operation& op) const;
  bool fits(const operation& op, int pack, lane sums) const;
  bool fits_wide(const operation& op) const;
  bool fits_rounded(const operation& op) const;
  bool fits(int tensor, int pack) const;
  bool keeps_raws(const operation& op) const;
  int pack_of_readers(std::size_t operation) const;
  int unit_of_windows(std::size_t operation) const;
  bool is_made_packed(int tensor) const;
  int offset(int tensor, int pack) const;
  int offset_of_planes(int tensor) const;
  int planes_of_input(const operation& op) const;

  const description& net_;
  const proof& proven_;
  const isa_kernels& isa_;
  const plan_options& options_;
  std::vector<std::vector<std::size_t>> uses_;  // by tensor: the operations that read it
  std::vector<int> makers_;  // by tensor: the operation that makes it; -1 for an input
  std::vector<bool> kept_;
  std::vector<int> packs_;
  std::vector<int> planes_;  // by operation: bit planes that its kernel goes over; 0 for none
};

// The name of an operation's cell, and what its schedule does with neighbouring elements.
const char* cell_name(const operation& op);
bool is_elementwise(const operation& op);
bool is_blockwise(const operation& op);
bool is_over_runs(const operation& op);
bool is_matrix(const operation& op);
bool has_sums(const operation& op);  // a matrix or a convolution

}  // namespace isobit::engine

#endif
