#include "packing_choice.hpp"

#include <algorithm>

#include "isobit/policy/bit_dot.hpp"

namespace isobit::engine {

namespace {

// More products of 16-bit numbers might not fit in the upper halves of wide sums.
constexpr std::int64_t most_wide_inputs = 1 << 16;

}  // namespace

const char* cell_name(const operation& op) { return cell_of(op).name; }
bool is_elementwise(const operation& op) {
  return cell_of(op).kind == engine_kernels::schedule_kind::elementwise || is_blockwise(op);
}
bool is_blockwise(const operation& op) {
  return cell_of(op).kind == engine_kernels::schedule_kind::blockwise;
}
bool is_over_runs(const operation& op) {
  return cell_of(op).kind == engine_kernels::schedule_kind::runs;
}
bool is_matrix(const operation& op) {
  return cell_of(op).kind == engine_kernels::schedule_kind::matrix;
}

packing_choice::packing_choice(const description& net, const proof& proven, const isa_kernels& isa,
                               const plan_options& options)
    : net_(net),
      proven_(proven),
      isa_(isa),
      options_(options),
      uses_(net.tensors.size()),
      kept_(net.tensors.size(), options.keep_all) {
  for (int t : net.outputs) kept_[static_cast<std::size_t>(t)] = true;
  for (std::size_t i = 0; i < net.operations.size(); ++i)
    for (int t : net.operations[i].inputs) uses_[static_cast<std::size_t>(t)].push_back(i);
  for (std::size_t i = 0; i < net.operations.size(); ++i) {
    const operation& op = net.operations[i];
    const lane sums = proven.operations[i].narrowest;
    int pack = 1;
    if (options.packed && options.at_least <= lane::i32 && (is_matrix(op) || is_convolution(op))) {
      if (sums <= lane::i32)
        pack = fits_bits(op)                               ? bits_of_a_word
               : isa.takes_quads && fits(op, 4, lane::i32) ? 4
               : fits(op, 2, lane::i32)                    ? 2
                                                           : 1;
      else if (sums == lane::i64 && shape_of_sums(op, net).inputs() < most_wide_inputs &&
               fits(op, 2, lane::i64) && fits_wide(op))
        pack = 2;
    }
    packs_.push_back(pack);
  }
}

lane packing_choice::sums(std::size_t index) const {
  return std::max(proven_.operations[index].narrowest, lane::i32);
}

bool packing_choice::fits_wide(const operation& op) const {
  const sum_shape shape = shape_of_sums(op, net_);
  const dyn& x = net_.tensors[static_cast<std::size_t>(op.inputs[0])].format;
  return words_at_once({op, shape, x, 2, 0}, largest_stored(op.inputs[0], 2), 0,
                       static_cast<int>(shape.columns())) > 0;
}

bool packing_choice::fits_bits(const operation& op) const {
  const dyn& x = net_.tensors[static_cast<std::size_t>(op.inputs[0])].format;
  const auto& weights = op.constants[0].raws;
  return x.overflows() == overflow::pm1 &&
         std::all_of(weights.begin(), weights.end(), [](int128 w) { return w == 1 || w == -1; }) &&
         isa_.find_packed(options_.way, lane::i32, bits_of_a_word, weight_form::panels,
                          cell_name(op), "", 0) != nullptr;
}

bool packing_choice::fits(const operation& op, int pack, lane sums) const {
  // Words of one channel would be mostly empty.
  if (is_convolution(op) && shape_of_sums(op, net_).n_in == 1) return false;
  if (isa_.find_packed(options_.way, sums, pack, weight_form::panels, cell_name(op), "", 0) ==
      nullptr)
    return false;
  for (int128 w : op.constants[0].raws)
    if (w < dot_weight_lowest(pack) || w > dot_weight_highest(pack)) return false;
  const tensor_proof& x = proven_.tensors[static_cast<std::size_t>(op.inputs[0])];
  const int128 low = *std::min_element(x.low.begin(), x.low.end());
  const int128 high = *std::max_element(x.high.begin(), x.high.end());
  const int128 span = (static_cast<int128>(1) << (32 / pack)) - 1;
  return high - low <= span && low >= -span && high <= span;
}

int128 packing_choice::largest_stored(int tensor, int pack) const {
  const tensor_proof& x = proven_.tensors[static_cast<std::size_t>(tensor)];
  const int by = offset(tensor, pack);
  const int128 low = *std::min_element(x.low.begin(), x.low.end()) + by;
  const int128 high = *std::max_element(x.high.begin(), x.high.end()) + by;
  return std::max(high, -low);
}

int packing_choice::offset(int tensor, int pack) const {
  if (pack == bits_of_a_word) return 0;
  const tensor_proof& x = proven_.tensors[static_cast<std::size_t>(tensor)];
  const int lowest = dot_lowest(pack);
  const int highest = lowest + (1 << (32 / pack)) - 1;
  const auto low = static_cast<int>(*std::min_element(x.low.begin(), x.low.end()));
  const auto high = static_cast<int>(*std::max_element(x.high.begin(), x.high.end()));
  return low >= lowest && high <= highest ? 0 : lowest - low;
}

form packing_choice::input_form(std::size_t index) const {
  const operation& op = net_.operations[index];
  const int pack = packs_[index];
  const sum_shape shape = shape_of_sums(op, net_);
  return {lane::i32, pack, offset(op.inputs[0], pack), shape.in_rows, shape.n_in};
}

int packing_choice::fused(std::size_t index) const {
  const operation& op = net_.operations[index];
  const auto& readers = uses_[static_cast<std::size_t>(op.output)];
  if (!options_.packed || packs_[index] == 1 || is_kept(op.output) || readers.size() != 1)
    return -1;
  const operation& next = net_.operations[readers[0]];
  const bool known = isa_.find_packed(options_.way, sums(index), packs_[index], weight_form::panels,
                                      cell_name(op), cell_name(next), 0) != nullptr;
  return known && proven_.operations[readers[0]].narrowest <= sums(index)
             ? static_cast<int>(readers[0])
             : -1;
}

form packing_choice::home_form(int t, lane type, int rows, int row_size) const {
  const form plain = {type, 1, 0, 1, net_.tensors[static_cast<std::size_t>(t)].size};
  const auto& readers = uses_[static_cast<std::size_t>(t)];
  if (is_kept(t) || readers.empty() || packs_[readers[0]] == 1) return plain;
  const form wanted = input_form(readers[0]);
  if (row_size != 0 && (wanted.rows != rows || wanted.row_size != row_size)) return plain;
  const bool all_agree = std::all_of(readers.begin(), readers.end(), [&](std::size_t i) {
    return packs_[i] == wanted.pack && input_form(i).row_size == wanted.row_size;
  });
  return all_agree ? wanted : plain;
}

}  // namespace isobit::engine
