#include "worker.hpp"

#include <cmath>

#include "float_guard.hpp"
#include "sample_run.hpp"

namespace isobit::engine {

namespace {

constexpr std::size_t alignment = 64;

template <class T>
void guard_one_by_one(element kind, const void* x, int count, int size, const dyn& format,
                      void* storage) {
  T* to = static_cast<T*>(storage);
  for (int s = 0; s < count; ++s)
    for (int e = 0; e < size; ++e) {
      const std::ptrdiff_t i = static_cast<std::ptrdiff_t>(s) * size + e;
      const double value = kind == element::f32
                               ? static_cast<double>(static_cast<const float*>(x)[i])
                               : static_cast<const double*>(x)[i];
      to[e * block + s] = static_cast<T>(guard_float(value, format));
    }
}

std::ptrdiff_t element_bytes(element kind) { return kind == element::f32 ? 4 : 8; }

}  // namespace

worker::worker(const description& net, const plan& p, const isa_kernels& isa)
    : net_(net),
      plan_(p),
      isa_(isa),
      linear_(find_cell("linear")),
      memory_(new unsigned char[p.workspace_bytes + alignment]()),
      base_(memory_.get()) {
  const auto address = reinterpret_cast<std::uintptr_t>(base_);
  base_ += (alignment - address % alignment) % alignment;
}

void* worker::at(int buffer_index) const {
  return base_ + plan_.buffers[static_cast<std::size_t>(buffer_index)].offset;
}

void worker::run(const std::vector<source>& inputs, const std::vector<sink>& outputs,
                 std::int64_t first, int count) {
  for (std::size_t i = 0; i < inputs.size(); ++i) load(plan_.inputs[i], inputs[i], first, count);
  for (const operation_step& step : plan_.operations) run(step, count);
  for (const sink& out : outputs) {
    const tensor& t = net_.tensors[static_cast<std::size_t>(out.tensor)];
    const int home = plan_.home[static_cast<std::size_t>(out.tensor)];
    auto* y = static_cast<unsigned char*>(out.data) + first * t.size * element_bytes(out.kind);
    isa_.store(plan_.buffers[static_cast<std::size_t>(home)].type, out.kind, at(home), count,
               t.size, std::ldexp(1.0, -t.format.frac()), y);
  }
}

void worker::load(const input_step& step, const source& from, std::int64_t first, int count) {
  const tensor& t = net_.tensors[static_cast<std::size_t>(step.tensor)];
  const lane type = plan_.buffers[static_cast<std::size_t>(step.home)].type;
  const void* x =
      static_cast<const unsigned char*>(from.data) + first * t.size * element_bytes(from.kind);
  if (from.kind == element::i64) {
    isa_.load_raws(type, static_cast<const std::int64_t*>(x), count, t.size, t.format.is_signed(),
                   at(step.home));
    return;
  }
  const double scale = std::ldexp(1.0, t.format.frac());
  const bool quick = type != lane::i128 && isa_.load_floats(type, from.kind, x, count, t.size,
                                                            scale, at(step.guard), at(step.home));
  if (!quick) {
    if (type == lane::i32)
      guard_one_by_one<std::int32_t>(from.kind, x, count, t.size, t.format, at(step.guard));
    else if (type == lane::i64)
      guard_one_by_one<std::int64_t>(from.kind, x, count, t.size, t.format, at(step.guard));
    else
      guard_one_by_one<int128>(from.kind, x, count, t.size, t.format, at(step.guard));
  }
  cast_guarded(step, t.format, count);
}

void worker::cast_guarded(const input_step& step, const dyn& format, int count) {
  const buffer& b = plan_.buffers[static_cast<std::size_t>(step.home)];
  op_args args{};
  args.output.format = plain(format);
  args.output_size = b.size;
  call(isa_.find(b.type, linear_), b.type, count, args, {step.guard}, {plain(guard_format(format))},
       step.home);
}

void worker::run(const operation_step& step, int count) {
  for (const convert_step& c : step.conversions) {
    const buffer& from = plan_.buffers[static_cast<std::size_t>(c.from)];
    const buffer& to = plan_.buffers[static_cast<std::size_t>(c.to)];
    isa_.convert(from.type, to.type, at(c.from), from.size * block, at(c.to));
  }
  op_args args{};
  args.output.format = step.output_format;
  args.output_size = plan_.buffers[static_cast<std::size_t>(step.output)].size;
  args.constants = step.constants.data();
  args.tables = step.tables.data();
  args.formats = step.formats.data();
  args.ints = step.ints;
  args.scratch = base_ + plan_.scratch_offset;
  call(isa_.find(step.type, step.cell), step.type, count, args, step.inputs, step.input_formats,
       step.output);
}

// Runs a kernel over the samples of a block, a register's worth at a time.
void worker::call(kernel k, lane type, int count, op_args args, const std::vector<int>& inputs,
                  const std::vector<plain_format>& formats, int output) {
  const int samples = isa_.samples(type);
  const std::ptrdiff_t stride = block / samples;
  refs_.clear();
  for (std::size_t i = 0; i < inputs.size(); ++i)
    refs_.push_back({at(inputs[i]), stride, formats[i]});
  args.inputs = refs_.data();
  args.n_inputs = static_cast<int>(refs_.size());
  args.output.data = at(output);
  args.output.stride = stride;
  const std::size_t step = static_cast<std::size_t>(samples) * bytes(type);
  for (int done = 0; done < count; done += samples) {
    k(args);
    for (tensor_ref& r : refs_) r.data = static_cast<unsigned char*>(r.data) + step;
    args.output.data = static_cast<unsigned char*>(args.output.data) + step;
  }
}

}  // namespace isobit::engine
