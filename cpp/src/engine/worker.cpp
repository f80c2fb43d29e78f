#include "worker.hpp"

#include <algorithm>
#include <cmath>

#include "float_guard.hpp"
#include "isobit/policy/bit_dot.hpp"
#include "packed_modes.hpp"

namespace isobit::engine {

namespace {

// Up to so many groups of the kernel for few samples are faster than one of the other.
constexpr int few_registers = 2;

std::ptrdiff_t element_bytes(element kind) { return kind == element::f32 ? 4 : 8; }

}  // namespace

worker::worker(const description& net, const plan& p, const isa_kernels& isa)
    : net_(net),
      plan_(p),
      isa_(isa),
      memory_(std::make_unique<aligned_array<unsigned char>>(p.workspace_bytes)) {
  for (const input_step& input : p.inputs) {
    const dyn& format = net.tensors[static_cast<std::size_t>(input.tensor)].format;
    input_casts_.push_back(isa.find_cast(input.flat_type, find_fast_modes(format)));
  }
  operations_.reserve(p.operations.size());
  for (const operation_step& step : p.operations) prepare(step);
}

void* worker::at(int buffer_index) const {
  return memory_->data() + plan_.buffers[static_cast<std::size_t>(buffer_index)].offset;
}

tensor_ref worker::ref(int buffer_index, std::ptrdiff_t stride, const plain_format& format) const {
  const form& f = plan_.buffers[static_cast<std::size_t>(buffer_index)].shape;
  return {at(buffer_index), stride, format, f.pack, f.offset, f.type};
}

void worker::prepare(const operation_step& step) {
  operations_.emplace_back();
  ready_operation& ready = operations_.back();
  for (const convert_step& c : step.conversions)
    ready.conversions.push_back({plan_.buffers[static_cast<std::size_t>(c.from)].shape,
                                 plan_.buffers[static_cast<std::size_t>(c.to)].shape, at(c.from),
                                 at(c.to)});
  prepare(step, step.run, ready.all);
  prepare(step, step.run_few, ready.few);
}

void worker::prepare(const operation_step& step, const step_kernel& run,
                     ready_kernel& ready) const {
  ready.step = run;
  for (std::size_t i = 0; i < step.inputs.size(); ++i)
    ready.inputs.push_back(ref(step.inputs[i], run.stride, step.input_formats[i]));
  ready.args = {ready.inputs.data(),
                static_cast<int>(ready.inputs.size()),
                ref(step.output, run.stride, step.output_format),
                step.output_size,
                step.constants.constants.data(),
                step.constants.tables.data(),
                step.constants.formats.data(),
                step.ints,
                memory_->data() + plan_.scratch_offset,
                step.fused_format,
                step.modes,
                1,
                0};
}

void worker::run(const std::vector<source>& inputs, const std::vector<sink>& outputs,
                 std::int64_t first, std::int64_t count) {
  const std::int64_t at_once = plan_.options.way == layout::samples ? block : 1;
  for (std::int64_t done = 0; done < count; done += at_once)
    run_some(inputs, outputs, first + done, static_cast<int>(std::min(at_once, count - done)));
}

void worker::run_some(const std::vector<source>& inputs, const std::vector<sink>& outputs,
                      std::int64_t first, int count) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    load(static_cast<int>(i), inputs[i], first, count);
  for (ready_operation& op : operations_) {
    for (const ready_conversion& c : op.conversions)
      isa_.convert(plan_.options.way, c.from, c.x, c.to, c.y);
    const bool few = op.few.step.run != nullptr && count <= few_registers * op.few.step.samples;
    ready_kernel& k = few ? op.few : op.all;
    k.args.groups = (count + k.step.samples - 1) / k.step.samples;
    k.step.run(k.args);
  }
  for (const sink& out : outputs) store(out, first, count);
}

void worker::load(int input, const source& from, std::int64_t first, int count) {
  const input_step& step = plan_.inputs[static_cast<std::size_t>(input)];
  const int at_once = step.samples_at_once;
  const buffer& home = plan_.buffers[static_cast<std::size_t>(step.home)];
  const tensor& t = net_.tensors[static_cast<std::size_t>(step.tensor)];
  for (int done = 0; done < count; done += at_once) {
    const int some = std::min(at_once, count - done);
    if (home.shape.pack == bits_of_a_word && from.kind != element::i64) {
      const auto* x = static_cast<const unsigned char*>(from.data) +
                      (first + done) * t.size * element_bytes(from.kind);
      if (isa_.spread_signs(plan_.options.way, from.kind, x, done, some, home.shape, at(step.home),
                            memory_->data() + plan_.spread_offset))
        continue;
    }
    flatten(input, from, first + done, some);
    isa_.spread(plan_.options.way, step.flat_type, memory_->data() + plan_.flat_offset, done, some,
                home.shape, at(step.home), memory_->data() + plan_.spread_offset);
  }
}

void worker::flatten(int input, const source& from, std::int64_t first, int count) {
  const input_step& step = plan_.inputs[static_cast<std::size_t>(input)];
  const tensor& t = net_.tensors[static_cast<std::size_t>(step.tensor)];
  const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(count) * t.size;
  const void* x =
      static_cast<const unsigned char*>(from.data) + first * t.size * element_bytes(from.kind);
  if (from.kind == element::i64) {
    isa_.take_raws(step.flat_type, static_cast<const std::int64_t*>(x), n, t.format.is_signed(),
                   memory_->data() + plan_.flat_offset);
    return;
  }
  void* guarded = memory_->data() + plan_.guard_offset;
  const bool quick =
      step.flat_type != lane::i128 &&
      isa_.guard_floats(step.flat_type, from.kind, x, n, std::ldexp(1.0, t.format.frac()), guarded);
  if (!quick) guard_one_by_one(input, from, x, first, n, guarded);
  cast_guarded(step, n);
}

void worker::guard_one_by_one(int input, const source& from, const void* x, std::int64_t first,
                              std::ptrdiff_t n, void* guarded) const {
  const input_step& step = plan_.inputs[static_cast<std::size_t>(input)];
  const tensor& t = net_.tensors[static_cast<std::size_t>(step.tensor)];
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const double value = from.kind == element::f32
                             ? static_cast<double>(static_cast<const float*>(x)[i])
                             : static_cast<const double*>(x)[i];
    if (!std::isfinite(value))
      throw not_finite(input, first + i / t.size, static_cast<int>(i % t.size));
    const int128 raw = guard_float(value, t.format);
    switch (step.flat_type) {
      case lane::i16:
        break;  // no input has it
      case lane::i32:
        static_cast<std::int32_t*>(guarded)[i] = static_cast<std::int32_t>(raw);
        break;
      case lane::i64:
        static_cast<std::int64_t*>(guarded)[i] = static_cast<std::int64_t>(raw);
        break;
      case lane::i128:
        static_cast<int128*>(guarded)[i] = raw;
        break;
    }
  }
}

// Element by element, whatever the order: neighbouring elements take the places of samples.
void worker::cast_guarded(const input_step& step, std::ptrdiff_t n) const {
  const dyn& format = net_.tensors[static_cast<std::size_t>(step.tensor)].format;
  const int lanes = step.flat_type == lane::i128
                        ? 1
                        : isa_.register_bytes / static_cast<int>(bytes(step.flat_type));
  const tensor_ref guarded = {memory_->data() + plan_.guard_offset, 1, plain(guard_format(format)),
                              1, 0};
  op_args args{};
  args.inputs = &guarded;
  args.n_inputs = 1;
  args.output = {memory_->data() + plan_.flat_offset, 1, plain(format), 1, 0};
  args.output_size = static_cast<int>((n + lanes - 1) / lanes);
  args.groups = 1;
  input_casts_[static_cast<std::size_t>(&step - plan_.inputs.data())](args);
}

void worker::store(const sink& to, std::int64_t first, int count) const {
  const tensor& t = net_.tensors[static_cast<std::size_t>(to.tensor)];
  const int home = plan_.home[static_cast<std::size_t>(to.tensor)];
  auto* y = static_cast<unsigned char*>(to.data) + first * t.size * element_bytes(to.kind);
  isa_.collect(plan_.options.way, plan_.buffers[static_cast<std::size_t>(home)].shape.type,
               at(home), count, t.size, to.kind, std::ldexp(1.0, -t.format.frac()), y);
}

}  // namespace isobit::engine
