#include "plan.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "float_guard.hpp"
#include "isobit/policy/bit_dot.hpp"
#include "packed_modes.hpp"
#include "packing_choice.hpp"
#include "shared_memory.hpp"

namespace isobit::engine {

namespace {

constexpr std::size_t alignment = 64;  // of the widest register

// With fewer words than this share, going through those that are not zero is faster (measured:
// docs/performance.md).
constexpr double sparse_below = 0.5;

std::size_t padded(std::size_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

bool same(const form& a, const form& b) {
  return a.type == b.type && a.pack == b.pack && a.offset == b.offset &&
         (a.pack == 1 || (a.rows == b.rows && a.row_size == b.row_size));
}

class planner {
 public:
  planner(const description& net, const proof& proven, const isa_kernels& isa,
          const plan_options& options)
      : net_(net), proven_(proven), isa_(isa), choice_(net, proven, isa, options) {
    plan_.options = options;
    plan_.home.assign(net.tensors.size(), -1);
    copies_.resize(net.tensors.size());
    done_.resize(net.operations.size());
  }

  plan make() {
    for (int t : net_.inputs) add_input(t);
    for (std::size_t i = 0; i < net_.operations.size(); ++i)
      if (!done_[i]) add_operation(i);
    place_buffers();
    plan_.guard_offset = reserve(flat_bytes_);
    plan_.flat_offset = reserve(flat_bytes_);
    plan_.spread_offset = reserve(flat_bytes_);
    plan_.scratch_offset = reserve(scratch_raws_ * samples_at_once() * bytes(lane::i128));
    return std::move(plan_);
  }

 private:
  bool by_samples() const { return plan_.options.way == layout::samples; }
  std::size_t samples_at_once() const { return by_samples() ? block : 1; }

  int lanes(lane type) const {
    return type == lane::i128 ? 1 : isa_.register_bytes / static_cast<int>(bytes(type));
  }

  // Kernels write whole registers, or pairs of them (wide sums), past the end of a row.
  static std::size_t with_margin(std::size_t wanted) { return padded(wanted) + 2 * alignment; }
  std::size_t reserve(std::size_t wanted) {
    const std::size_t offset = plan_.workspace_bytes;
    plan_.workspace_bytes += with_margin(wanted);
    return offset;
  }

  // Buffers share memory where one is not read any more when the other is written. What is kept is
  // there until the end.
  void place_buffers() {
    const auto keep = [this](int t) {
      if (home(t) >= 0) lifetimes_[static_cast<std::size_t>(home(t))].last = now();
    };
    for (int t : net_.outputs) keep(t);
    for (std::size_t t = 0; plan_.options.keep_all && t < net_.tensors.size(); ++t)
      keep(static_cast<int>(t));
    const shared_memory places = share_memory(lifetimes_);
    for (std::size_t b = 0; b < plan_.buffers.size(); ++b)
      plan_.buffers[b].offset = places.offsets[b];
    plan_.workspace_bytes = places.bytes;
  }

  // The number of the operation that is being planned.
  std::size_t now() const { return plan_.operations.size(); }
  int read(int b) {
    lifetimes_[static_cast<std::size_t>(b)].last = now();
    return b;
  }

  int add_buffer(const form& f) {
    const std::size_t units =
        static_cast<std::size_t>(f.rows) * static_cast<std::size_t>(words(f.row_size, f.pack));
    const std::size_t unit_bytes = f.pack == 1 ? bytes(f.type) : 4;
    plan_.buffers.push_back({f, 0});
    lifetimes_.push_back({with_margin(units * samples_at_once() * unit_bytes), now(), now()});
    return static_cast<int>(plan_.buffers.size()) - 1;
  }

  const form& form_of(int b) const { return plan_.buffers[static_cast<std::size_t>(b)].shape; }
  int home(int t) const { return plan_.home[static_cast<std::size_t>(t)]; }
  int size(int t) const { return net_.tensors[static_cast<std::size_t>(t)].size; }
  plain_format format(int t) const {
    return plain(net_.tensors[static_cast<std::size_t>(t)].format);
  }

  void add_input(int t) {
    const lane type = std::max(guard_lane(net_.tensors[static_cast<std::size_t>(t)].format),
                               plan_.options.at_least);
    plan_.home[static_cast<std::size_t>(t)] = add_buffer(choice_.home_form(t, type, 0, 0));
    const int samples = samples_in_flight(size(t));
    plan_.inputs.push_back({t, type, home(t), samples});
    // Whole rows of words are never larger than this.
    flat_bytes_ = std::max(flat_bytes_, static_cast<std::size_t>(size(t) + 3) *
                                            static_cast<std::size_t>(samples) * bytes(type));
  }

  // Few enough for all steps from floats to packed words to stay in the first-level cache, but
  // whole squares of the transposition.
  int samples_in_flight(int elements) const {
    constexpr int in_cache = 2048, square = 4;
    if (!by_samples()) return 1;
    return std::clamp(in_cache / elements / square * square, square, block);
  }

  // The buffer that holds the tensor in this form, converted if need be, to be read by the
  // operation that is being planned; `through` another form if that one is not known yet.
  int in_form(int t, const form& wanted, std::vector<convert_step>& conversions,
              const form* through = nullptr) {
    if (same(form_of(home(t)), wanted)) return read(home(t));
    auto& copies = copies_[static_cast<std::size_t>(t)];
    for (int copy : copies)
      if (same(form_of(copy), wanted)) return read(copy);
    int from = home(t);
    if (through != nullptr)
      from = in_form(t, *through, conversions);
    else if (form_of(from).pack > 1 && wanted.pack > 1)
      from = in_form(t, {lane::i32, 1, 0, 1, size(t)}, conversions);
    const int copy = add_buffer(wanted);
    conversions.push_back({read(from), copy});
    copies.push_back(copy);
    return copy;
  }

  // An element-wise operation is cheaper in the wider lane of its producer than behind a
  // conversion.
  lane lane_of(std::size_t index) const {
    const operation& op = net_.operations[index];
    lane type = std::max(proven_.operations[index].narrowest, plan_.options.at_least);
    if (!op.tables.empty()) type = std::max(type, lane::i32);  // where registers can be gathered
    if (is_elementwise(op))
      for (int t : op.inputs)
        if (form_of(home(t)).type != lane::i128) type = std::max(type, form_of(home(t)).type);
    return type;
  }

  // The integers for the results of blockwise operations, which may be narrower than what they are
  // computed in: those that most operations compute in, if they hold the format.
  lane stored_lane(int t) const {
    const dyn& f = net_.tensors[static_cast<std::size_t>(t)].format;
    const int width = f.width() + (f.is_signed() ? 0 : 1);
    return width <= bits(lane::i32) ? std::max(lane::i32, plan_.options.at_least) : lane::i64;
  }

  void add_operation(std::size_t index) {
    const operation& op = net_.operations[index];
    if (choice_.changes_nothing(index)) {
      plan_.home[static_cast<std::size_t>(op.output)] = home(op.inputs[0]);
      return;
    }
    operation_step step{};
    step.ints = op.ints.data();
    for (int t : op.inputs) step.input_formats.push_back(format(t));
    step.output_format = step.fused_format = format(op.output);
    scratch_raws_ = std::max(scratch_raws_, scratch_size(op, net_));
    const lane type = lane_of(index);
    const bool in_panels =
        choice_.pack(index) > 1 || (is_matrix(op) && !by_samples() && type != lane::i128);
    if (choice_.pack(index) > 1 && !has_sums(op))
      add_pooling(index, step);
    else if (in_panels)
      add_packed(index, choice_.pack(index) > 1 ? choice_.sums(index) : type, step);
    else
      add_plain(index, type, step);
    plan_.operations.push_back(std::move(step));
  }

  // A kernel that goes over so many samples, or (layout::neurons) over one.
  step_kernel at_once(kernel run, int samples) const {
    if (!by_samples()) return {run, 1, 1};
    return {run, samples, block / samples};
  }

  void add_plain(std::size_t index, lane type, operation_step& step) {
    const operation& op = net_.operations[index];
    const bool in_blocks = is_blockwise(op) && type != lane::i128;
    for (int t : op.inputs) {
      const form& here = form_of(home(t));
      const bool as_it_is = in_blocks && here.pack == 1 && here.type <= type;
      step.inputs.push_back(as_it_is ? read(home(t))
                                     : in_form(t, {type, 1, 0, 1, size(t)}, step.conversions));
    }
    const lane stored = in_blocks ? std::min(type, stored_lane(op.output)) : type;
    step.output = plan_.home[static_cast<std::size_t>(op.output)] =
        add_buffer({stored, 1, 0, 1, size(op.output)});
    const int registers = in_blocks ? registers_of_a_block(lanes(type)) : 1;
    step.run = at_once(isa_.find(plan_.options.way, type, op.cell), registers * lanes(type));
    step.output_size = size(op.output);
    const bool by_register = !by_samples() &&
                             (is_elementwise(op) || is_over_runs(op) || is_convolution(op)) &&
                             type != lane::i128;
    if (by_register && is_elementwise(op))
      step.output_size = (step.output_size + lanes(type) - 1) / lanes(type);
    step.constants = shared(op, {by_register, static_cast<int>(type)}, [&] {
      return by_register ? constants_by_register(op, type, isa_.register_bytes)
                         : plain_constants(op, type);
    });
  }

  void add_pooling(std::size_t index, operation_step& step) {
    const operation& op = net_.operations[index];
    const form wanted = choice_.input_form(index);
    step.inputs.push_back(in_form(op.inputs[0], wanted, step.conversions));
    step.output = plan_.home[static_cast<std::size_t>(op.output)] =
        add_buffer(choice_.home_form(op.output, lane::i32, 0, 0));
    step.run = at_once(isa_.find_packed(plan_.options.way, lane::i32, wanted.pack,
                                        weight_form::none, cell_name(op), ""),
                       isa_.packed_samples);
    step.output_size = size(op.output);
    auto ints = std::make_shared<const std::vector<std::int64_t>>(choice_.packed_windows(index));
    step.ints = ints->data();
    step.constants.storage = std::move(ints);
  }

  void add_packed(std::size_t index, lane type, operation_step& step) {
    const operation& op = net_.operations[index];
    const int pack = choice_.kernel_pack(index), input = op.inputs[0];
    const form stored = pack > 1 ? choice_.input_form(index) : form{type, 1, 0, 1, size(input)};
    const bool in_planes = planes_of(pack) > 0;
    const form wanted = in_planes ? choice_.plane_form(index) : stored;
    step.inputs.push_back(in_form(input, wanted, step.conversions, in_planes ? &stored : nullptr));
    const int next = choice_.fused(index);
    const dyn* fused = nullptr;
    const char* fused_name = "";
    int result = op.output;
    if (next >= 0) {
      const operation& after = net_.operations[static_cast<std::size_t>(next)];
      result = after.output;
      fused = &net_.tensors[static_cast<std::size_t>(result)].format;
      fused_name = cell_name(after);
      step.fused_format = plain(*fused);
      done_[static_cast<std::size_t>(next)] = true;
    }
    const dyn* out = &net_.tensors[static_cast<std::size_t>(op.output)].format;
    if (next >= 0 && choice_.gives_signs(index, static_cast<std::size_t>(next))) {
      out = fused;  // pm1, which is the sign of any number
      step.output_format = step.fused_format;
      fused = nullptr;
      fused_name = "";
    }
    const dyn& x = net_.tensors[static_cast<std::size_t>(input)].format;
    const packed_layer layer = {op, shape_of_sums(op, net_), x, pack, wanted.offset};
    step.output = plan_.home[static_cast<std::size_t>(result)] =
        add_buffer(choice_.home_form(result, type, layer.shape.out_rows, layer.shape.n_out));
    const bool implied = is_rounded(op) && op.constants[1].format.frac() <= op.formats[0].frac() &&
                         implies(*out, op.formats[0]);
    step.modes = find_fast_modes(implied ? dyn() : op.formats[0], *out, fused,
                                 fused_name != std::string("relu"));
    const bool sparse = !is_rounded(op) && by_samples() && type == lane::i32 && is_matrix(op) &&
                        pack < bits_of_a_word && filled_share(layer) < sparse_below;
    const auto find = [&](weight_form weights) {
      return isa_.find_packed(plan_.options.way, type, pack, weights, cell_name(op), fused_name);
    };
    step.run =
        at_once(find(sparse ? weight_form::sparse : weight_form::panels), isa_.packed_samples);
    if (by_samples() && type == lane::i32 && !sparse)
      step.run_few = at_once(find(weight_form::panels_for_few), isa_.few_packed_samples);
    step.output_size = size(result);
    const bool wide = pack > 1 && type == lane::i64;
    const int128 largest = wide ? choice_.largest_stored(input, pack) : 0;
    step.constants = shared(
        op,
        {2, sparse, static_cast<int>(type), pack, wanted.offset, static_cast<std::int64_t>(largest),
         x.frac(), x.width(), x.is_signed()},
        [&] {
          const int samples = static_cast<int>(samples_at_once());
          if (sparse) return sparse_words(layer);
          return wide ? wide_panels(layer, largest,
                                    by_samples() ? neurons_of_a_tile : isa_.register_bytes / 4,
                                    isa_.register_bytes, samples)
                      : panels(layer, type, isa_.register_bytes, samples);
        });
  }

  // What operations with the same constants, tables, formats and sizes share (the steps of a
  // recurrent layer). `way` tells how they are laid out.
  template <class Make>
  operation_constants shared(const operation& op, std::vector<std::int64_t> way, const Make& make) {
    const auto add = [&way](const dyn& f) {
      const plain_format p = plain(f);
      way.insert(way.end(), {p.width, p.frac, p.is_signed, p.rounds, p.overflows});
    };
    std::vector<const void*> arrays;
    for (const constant& c : op.constants) {
      arrays.push_back(c.raws.identity());
      add(c.format);
    }
    for (const lookup_table& t : op.tables) {
      arrays.push_back(t.entries.identity());
      way.push_back(t.low);
      add(t.index);
      add(t.entry);
    }
    for (const dyn& f : op.formats) add(f);
    if (is_matrix(op)) way.insert(way.end(), op.ints.begin(), op.ints.end());
    if (is_convolution(op)) way.insert(way.end(), op.ints.begin() + 1, op.ints.begin() + 5);
    const auto [found, is_new] = constants_.try_emplace({std::move(way), std::move(arrays)});
    if (is_new) found->second = make();
    return found->second;
  }

  const description& net_;
  const proof& proven_;
  const isa_kernels& isa_;
  plan plan_;
  packing_choice choice_;
  std::vector<std::vector<int>> copies_;  // by tensor: buffers in other forms than its home
  std::vector<bool> done_;
  std::map<std::pair<std::vector<std::int64_t>, std::vector<const void*>>, operation_constants>
      constants_;
  std::vector<lifetime> lifetimes_;  // of buffers
  std::size_t flat_bytes_ = 0, scratch_raws_ = 0;
};

}  // namespace

plan make_plan(const description& net, const proof& proven, const isa_kernels& isa,
               const plan_options& options) {
  return planner(net, proven, isa, options).make();
}

}  // namespace isobit::engine
