#include "packing_choice.hpp"

#include <algorithm>
#include <cstring>

#include "isobit/policy/bit_dot.hpp"
#include "isobit/policy/interval.hpp"

namespace isobit::engine {

namespace {

// More products of 16-bit numbers might not fit in the upper halves of wide sums.
constexpr std::int64_t most_wide_inputs = 1 << 16;

// Rows of whole words lie like one long row.
form packed_form(int pack, int offset, int rows, int row_size) {
  return row_size % pack == 0 ? form{lane::i32, pack, offset, 1, rows * row_size}
                              : form{lane::i32, pack, offset, rows, row_size};
}

// A tap of fewer channels, which is one word of bits, is as fast in words of bytes.
constexpr int least_channels_of_bits = 16;

// From so many elements a row (channels of a tap) on, 1 to 4 bit planes are faster than bytes or
// pairs (measured: docs/performance.md), if so many sums a plane go over each element.
constexpr int least_in_rows[] = {32, 64, 96, 192};
constexpr int least_in_rows_of_one_sample[] = {128, 128, 192, 192};
constexpr int least_channels[] = {16, 32, 64, 128};
constexpr int least_sums_of_a_plane = 16;
constexpr int most_planes_beside_pairs = 3;  // in layout::samples

bool has_weights_of_signs(const operation& op) {
  const auto& weights = op.constants[0].raws;
  return std::all_of(weights.begin(), weights.end(), [](int128 w) { return w == 1 || w == -1; });
}

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
bool has_sums(const operation& op) { return is_matrix(op) || is_convolution(op); }

packing_choice::packing_choice(const description& net, const proof& proven, const isa_kernels& isa,
                               const plan_options& options)
    : net_(net),
      proven_(proven),
      isa_(isa),
      options_(options),
      uses_(net.tensors.size()),
      makers_(net.tensors.size(), -1),
      kept_(net.tensors.size(), options.keep_all) {
  for (int t : net.outputs) kept_[static_cast<std::size_t>(t)] = true;
  for (std::size_t i = 0; i < net.operations.size(); ++i) {
    for (int t : net.operations[i].inputs) uses_[static_cast<std::size_t>(t)].push_back(i);
    makers_[static_cast<std::size_t>(net.operations[i].output)] = static_cast<int>(i);
  }
  for (std::size_t i = 0; i < net.operations.size(); ++i) {
    const operation& op = net.operations[i];
    const lane sums = proven.operations[i].narrowest;
    int pack = 1, planes = 0;
    if (options.packed && options.at_least <= lane::i32 && has_sums(op)) {
      if (sums <= lane::i32 && fits_bits(op))
        pack = bits_of_a_word;
      else if (sums <= lane::i32 && (planes = planes_that_pay(op)) > 0)
        pack = 4;
      else if (sums <= lane::i32)
        pack = isa.takes_quads && fits(op, 4, lane::i32) ? 4 : fits(op, 2, lane::i32) ? 2 : 1;
      else if (!is_rounded(op) && sums == lane::i64 &&
               shape_of_sums(op, net).inputs() < most_wide_inputs && fits(op, 2, lane::i64) &&
               fits_wide(op))
        pack = 2;
    }
    packs_.push_back(pack);
    planes_.push_back(planes);
  }
  for (std::size_t i = net.operations.size(); i-- > 0;)  // what follows decides
    if (packs_[i] == 1) packs_[i] = pack_of_readers(i);
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

// How many bit planes the operation's kernel goes over; 0 where bytes or pairs are faster.
int packing_choice::planes_that_pay(const operation& op) const {
  if (!has_weights_of_signs(op) || !fits(op.inputs[0], 4)) return 0;
  const int planes = planes_of_input(op);
  const bool known = isa_.find_packed(options_.way, lane::i32, pack_of_planes(planes),
                                      weight_form::panels, cell_name(op), "") != nullptr;
  const bool one_sample = options_.way == layout::neurons;
  if (!known || (planes > most_planes_beside_pairs && !isa_.takes_quads && !one_sample)) return 0;
  const int* least = is_convolution(op) ? least_channels
                     : one_sample       ? least_in_rows_of_one_sample
                                        : least_in_rows;
  const sum_shape shape = shape_of_sums(op, net_);
  return shape.n_in >= least[planes - 1] &&
                 shape.n_out * shape.taps >= planes * least_sums_of_a_plane
             ? planes
             : 0;
}

bool packing_choice::fits_bits(const operation& op) const {
  if (is_convolution(op) && shape_of_sums(op, net_).n_in < least_channels_of_bits) return false;
  const dyn& x = net_.tensors[static_cast<std::size_t>(op.inputs[0])].format;
  return x.overflows() == overflow::pm1 && has_weights_of_signs(op) &&
         isa_.find_packed(options_.way, lane::i32, bits_of_a_word, weight_form::panels,
                          cell_name(op), "") != nullptr;
}

bool packing_choice::fits(const operation& op, int pack, lane sums) const {
  // Words of one channel would be mostly empty.
  if (is_convolution(op) && shape_of_sums(op, net_).n_in == 1) return false;
  if (isa_.find_packed(options_.way, sums, pack, weight_form::panels, cell_name(op), "") == nullptr)
    return false;
  if (is_rounded(op) && !fits_rounded(op)) return false;
  for (int128 w : op.constants[0].raws)
    if (w < dot_weight_lowest(pack) || w > dot_weight_highest(pack)) return false;
  return fits(op.inputs[0], pack);
}

// The kernel takes 1 to 15 bits from plain raws, and its sums are right modulo 2^(32 - dropped).
bool packing_choice::fits_rounded(const operation& op) const {
  const dyn& x = net_.tensors[static_cast<std::size_t>(op.inputs[0])].format;
  const dyn& accumulator = op.formats[0];
  const int dropped = product(x, op.constants[0].format).frac() - accumulator.frac();
  const bool known = accumulator.rounds() == rounding::trn || accumulator.rounds() == rounding::rnd;
  return known && accumulator.overflows() == overflow::wrap && dropped >= 1 && dropped <= 15 &&
         accumulator.width() + dropped <= bits(lane::i32) && fits(op.inputs[0], 2) &&
         offset(op.inputs[0], 2) == 0;
}

bool packing_choice::fits(int tensor, int pack) const {
  const tensor_proof& x = proven_.tensors[static_cast<std::size_t>(tensor)];
  const int128 low = *std::min_element(x.low.begin(), x.low.end());
  const int128 high = *std::max_element(x.high.begin(), x.high.end());
  const int128 span = (static_cast<int128>(1) << (32 / pack)) - 1;
  return high - low <= span && low >= -span && high <= span;
}

// Where packed words come from without unpacked raws in between.
bool packing_choice::is_made_packed(int tensor) const {
  const int maker = makers_[static_cast<std::size_t>(tensor)];
  if (maker < 0 || packs_[static_cast<std::size_t>(maker)] > 1) return true;
  const operation& op = net_.operations[static_cast<std::size_t>(maker)];
  if (changes_nothing(static_cast<std::size_t>(maker))) return is_made_packed(op.inputs[0]);
  const int before = op.inputs.empty() ? -1 : makers_[static_cast<std::size_t>(op.inputs[0])];
  return before >= 0 && fused(static_cast<std::size_t>(before)) == maker;
}

bool packing_choice::keeps_raws(const operation& op) const {
  const dyn& x = net_.tensors[static_cast<std::size_t>(op.inputs[0])].format;
  const dyn& y = net_.tensors[static_cast<std::size_t>(op.output)].format;
  return x.frac() == y.frac() && detail::holds(x, y);
}

bool packing_choice::changes_nothing(std::size_t index) const {
  const operation& op = net_.operations[index];
  if (cell_name(op) != std::string("gather") || op.inputs.size() != 1 || !keeps_raws(op) ||
      op.ints.size() !=
          2 * static_cast<std::size_t>(net_.tensors[static_cast<std::size_t>(op.inputs[0])].size))
    return false;
  for (std::size_t i = 0; i < op.ints.size(); i += 2)
    if (op.ints[i + 1] != static_cast<std::int64_t>(i / 2)) return false;
  return true;
}

// What does not compute with raws takes and gives the words that those who read it want: pooling
// only where its input comes in words.
int packing_choice::pack_of_readers(std::size_t index) const {
  const operation& op = net_.operations[index];
  if (!options_.packed || options_.at_least > lane::i32 || op.inputs.size() != 1) return 1;
  const int in = op.inputs[0];
  const form wanted = home_form(op.output, lane::i32, 0, 0);
  if (changes_nothing(index)) return wanted.pack;
  const bool known =
      wanted.pack > 1 && isa_.find_packed(options_.way, lane::i32, wanted.pack, weight_form::none,
                                          cell_name(op), "") != nullptr;
  if (!known || !keeps_raws(op) || is_kept(in) || uses_[static_cast<std::size_t>(in)].size() != 1 ||
      !fits(in, wanted.pack) || !is_made_packed(in))
    return 1;
  const int unit = unit_of_windows(index);
  const std::int64_t run = op.ints[0], *bases = op.ints.data() + 4 + op.ints[1];
  const bool whole = net_.tensors[static_cast<std::size_t>(in)].size % unit == 0 &&
                     run % unit == 0 &&
                     std::all_of(bases, op.ints.data() + op.ints.size(),
                                 [&](std::int64_t base) { return base % unit == 0; });
  return whole ? wanted.pack : 1;
}

// Elements that begin at a word, whatever the position.
int packing_choice::unit_of_windows(std::size_t index) const {
  const form wanted = home_form(net_.operations[index].output, lane::i32, 0, 0);
  return wanted.row_size % wanted.pack == 0 ? wanted.pack : wanted.row_size;
}

std::vector<std::int64_t> packing_choice::packed_windows(std::size_t index) const {
  const operation& op = net_.operations[index];
  const int unit = unit_of_windows(index), pack = packs_[index];
  const int count = words(unit, pack) * (options_.way == layout::neurons ? pack : 1);
  std::vector<std::int64_t> ints = op.ints;
  ints[0] = ints[0] / unit * count;
  for (auto i = static_cast<std::size_t>(4 + op.ints[1]); i < ints.size(); ++i)
    ints[i] = ints[i] / unit * count;
  return ints;
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
  const int maker = makers_[static_cast<std::size_t>(tensor)];
  if (maker >= 0 && packs_[static_cast<std::size_t>(maker)] > 1 &&
      !has_sums(net_.operations[static_cast<std::size_t>(maker)]))
    return offset(net_.operations[static_cast<std::size_t>(maker)].inputs[0], pack);
  const tensor_proof& x = proven_.tensors[static_cast<std::size_t>(tensor)];
  const int lowest = dot_lowest(pack);
  const int highest = lowest + (1 << (32 / pack)) - 1;
  const auto low = static_cast<int>(*std::min_element(x.low.begin(), x.low.end()));
  const auto high = static_cast<int>(*std::max_element(x.high.begin(), x.high.end()));
  return low >= lowest && high <= highest ? 0 : lowest - low;
}

form packing_choice::input_form(std::size_t index) const {
  const operation& op = net_.operations[index];
  const int pack = packs_[index], by = offset(op.inputs[0], pack);
  if (!has_sums(op)) {
    const int size = net_.tensors[static_cast<std::size_t>(op.inputs[0])].size;
    const int unit = unit_of_windows(index);
    return packed_form(pack, by, size / unit, unit);
  }
  const sum_shape shape = shape_of_sums(op, net_);
  return packed_form(pack, by, shape.in_rows, shape.n_in);
}

form packing_choice::plane_form(std::size_t index) const {
  const operation& op = net_.operations[index];
  const sum_shape shape = shape_of_sums(op, net_);
  return {lane::i32, kernel_pack(index), offset_of_planes(op.inputs[0]), shape.in_rows, shape.n_in};
}

// What is added to raws for planes, so that none is negative. Zero is among them: it pads.
int packing_choice::offset_of_planes(int tensor) const {
  const auto& low = proven_.tensors[static_cast<std::size_t>(tensor)].low;
  return -static_cast<int>(std::min<int128>(0, *std::min_element(low.begin(), low.end())));
}

int packing_choice::planes_of_input(const operation& op) const {
  const auto& high = proven_.tensors[static_cast<std::size_t>(op.inputs[0])].high;
  const int128 highest =
      *std::max_element(high.begin(), high.end()) + offset_of_planes(op.inputs[0]);
  int planes = 1;
  while (highest >> planes > 0) ++planes;
  return planes;
}

int packing_choice::fused(std::size_t index) const {
  const operation& op = net_.operations[index];
  const auto& readers = uses_[static_cast<std::size_t>(op.output)];
  if (!options_.packed || packs_[index] == 1 || !has_sums(op) || is_kept(op.output) ||
      readers.size() != 1)
    return -1;
  const operation& next = net_.operations[readers[0]];
  const bool known =
      isa_.find_packed(options_.way, sums(index), kernel_pack(index), weight_form::panels,
                       cell_name(op), cell_name(next)) != nullptr;
  return (known || gives_signs(index, readers[0])) &&
                 proven_.operations[readers[0]].narrowest <= sums(index)
             ? static_cast<int>(readers[0])
             : -1;
}

bool packing_choice::gives_signs(std::size_t index, std::size_t fused) const {
  const operation &op = net_.operations[index], &next = net_.operations[fused];
  const dyn& out = net_.tensors[static_cast<std::size_t>(op.output)].format;
  const dyn& signs = net_.tensors[static_cast<std::size_t>(next.output)].format;
  if (std::strcmp(cell_name(next), "binary_tanh") != 0 || signs.overflows() != overflow::pm1 ||
      out.overflows() == overflow::pm1 || !op.formats[0].is_exact())
    return false;
  const tensor_proof& sums = proven_.tensors[static_cast<std::size_t>(op.output)];
  // The cast into pm1 drops all bits behind the point, and the kernel's sums are the exact ones.
  if (sums.exact_frac < 0 ||
      detail::signed_bits(sums.exact_low, sums.exact_high) > bits(this->sums(index)))
    return false;
  const int dropped = sums.exact_frac - out.frac();
  if (dropped < -63 || dropped > 63) return false;
  // Truncation is towards minus infinity; other roundings make a zero of numbers below it.
  if (dropped > 0 && out.rounds() != rounding::trn) return false;
  if (out.is_signed() && (out.overflows() == overflow::sat || out.overflows() == overflow::sat_sym))
    return true;
  const auto raw = [dropped](int128 exact) {
    return dropped >= 0 ? exact >> dropped : exact * (static_cast<int128>(1) << -dropped);
  };
  return raw(sums.exact_low) >= lowest_raw(out) && raw(sums.exact_high) <= highest_raw(out);
}

form packing_choice::home_form(int t, lane type, int rows, int row_size) const {
  const form plain = {type, 1, 0, 1, net_.tensors[static_cast<std::size_t>(t)].size};
  const auto& readers = uses_[static_cast<std::size_t>(t)];
  if (is_kept(t) || readers.empty() || packs_[readers[0]] == 1) return plain;
  const form wanted = input_form(readers[0]);
  const form made = packed_form(wanted.pack, wanted.offset, rows, row_size);
  if (row_size != 0 && (wanted.rows != made.rows || wanted.row_size != made.row_size)) return plain;
  const bool all_agree = std::all_of(readers.begin(), readers.end(), [&](std::size_t i) {
    return packs_[i] == wanted.pack && input_form(i).row_size == wanted.row_size;
  });
  return all_agree ? wanted : plain;
}

}  // namespace isobit::engine
