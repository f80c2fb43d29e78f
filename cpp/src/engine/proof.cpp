#include "proof.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "isobit/policy/interval.hpp"
#include "schedules/convolution.hpp"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace engine_kernels {

// A convolution is proven once for all positions: its inputs are what any pixel holds, or zero
// where some tap falls into the padding. Nothing that occurs is left out; at most, ranges are a
// little wider than those of each position alone.
template <>
struct all_positions<interval> {
  static constexpr bool alike = true;

  template <class Position>
  static void run(const engine::op_args& a, const convolution_shape& shape, Position position) {
    const std::ptrdiff_t channels = static_cast<std::ptrdiff_t>(shape.groups) * shape.n_in;
    const std::ptrdiff_t n_pixels = static_cast<std::ptrdiff_t>(shape.positions) * shape.taps;
    const bool padded = std::any_of(shape.pixels, shape.pixels + n_pixels,
                                    [](std::int64_t pixel) { return pixel < 0; });
    std::vector<std::int64_t> met(shape.pixels, shape.pixels + n_pixels);
    std::sort(met.begin(), met.end());
    met.erase(std::unique(met.begin(), met.end()), met.end());
    std::vector<range> pixel(static_cast<std::size_t>(channels));
    const auto* x = static_cast<const range*>(a.inputs[0].data);
    for (std::ptrdiff_t c = 0; c < channels; ++c) {
      bool first = true;
      range& all = pixel[static_cast<std::size_t>(c)];
      for (std::int64_t at : met) {
        if (at < 0) continue;
        all = first ? x[at * channels + c] : interval::either(all, x[at * channels + c]);
        first = false;
      }
      all = padded ? interval::either(all, interval::lit(bind(a.inputs[0].format), 0)) : all;
    }
    std::vector<std::int64_t> ints = {1, shape.groups, shape.n_in, shape.n_out, shape.taps};
    ints.resize(ints.size() + static_cast<std::size_t>(shape.taps));  // every tap meets pixel 0
    engine::tensor_ref input = a.inputs[0];
    input.data = pixel.data();
    engine::op_args one = a;
    one.inputs = &input;
    position(one, convolution_shape(ints.data()), 0);
    auto* y = static_cast<range*>(a.output.data);
    const std::ptrdiff_t outputs = static_cast<std::ptrdiff_t>(shape.groups) * shape.n_out;
    for (int p = 1; p < shape.positions; ++p) std::copy(y, y + outputs, y + p * outputs);
  }
};

}  // namespace engine_kernels
}  // namespace ISOBIT_ISA
}  // namespace isobit

#include "sample_run.hpp"

namespace isobit::engine {

namespace {

range reachable(const dyn& f, int128 low, int128 high) {
  range r;
  r.low = low;
  r.high = high;
  r.frac = f.frac();
  r.exact_bits = r.reach_bits = detail::signed_bits(low, high);
  return r;
}

// Of larger tensors one range for all elements is kept.
constexpr std::size_t most_ranges = 1 << 14;

void record(tensor_proof& p, const std::vector<range>& elements) {
  for (const range& r : elements) {
    if (elements.size() <= most_ranges || p.low.empty()) {
      p.low.push_back(r.low);
      p.high.push_back(r.high);
    } else {
      p.low[0] = std::min(p.low[0], r.low);
      p.high[0] = std::max(p.high[0], r.high);
    }
  }
}

void record_exact(tensor_proof& p, const std::vector<range>& elements) {
  p.exact_low = elements[0].low;
  p.exact_high = elements[0].high;
  p.exact_frac = elements[0].frac;
  for (const range& r : elements) p.exact_frac = detail::max(p.exact_frac, r.frac);
  for (const range& r : elements) {
    const int more = p.exact_frac - r.frac;  // elements of a gather may differ
    p.exact_low = std::min(p.exact_low, r.low * (static_cast<int128>(1) << more));
    p.exact_high = std::max(p.exact_high, r.high * (static_cast<int128>(1) << more));
  }
}

lane narrowest_for(int bits_needed, const std::string& where) {
  for (lane l : {lane::i16, lane::i32, lane::i64, lane::i128})
    if (bits_needed <= bits(l)) return l;
  throw proof_failed(where + " needs " + std::to_string(bits_needed) +
                     " bits; the widest integer has 128");
}

}  // namespace

proof prove(const description& net) {
  proof result;
  result.tensors.resize(net.tensors.size());
  std::vector<std::size_t> last_use(net.tensors.size());  // ranges take much memory
  for (std::size_t i = 0; i < net.operations.size(); ++i)
    for (int t : net.operations[i].inputs) last_use[static_cast<std::size_t>(t)] = i;
  sample_run<interval> run(net, false, sample_memory::as_needed);
  for (int t : net.inputs) {
    const auto id = static_cast<std::size_t>(t);
    const dyn& f = net.tensors[id].format;
    run.tensors[id].resize(static_cast<std::size_t>(net.tensors[id].size));
    for (range& r : run.tensors[id]) {
      r = reachable(f, lowest_raw(f), highest_raw(f));
      result.fits_f64 = result.fits_f64 && r.reach_bits <= 53;
    }
    record(result.tensors[id], run.tensors[id]);
    record_exact(result.tensors[id], run.tensors[id]);
  }
  int table_size = 0;
  const auto* cells = engine_kernels::cell_table<interval>(table_size);
  for (std::size_t i = 0; i < net.operations.size(); ++i) {
    const operation& op = net.operations[i];
    const auto id = static_cast<std::size_t>(op.output);
    const std::string where = "operation " + std::to_string(i) + " (" + cells[op.cell].name + ")";
    auto& out = run.tensors[id];
    out.resize(static_cast<std::size_t>(net.tensors[id].size));
    operation_proof p;
    try {
      run.run(i, dyn(), out);
      record_exact(result.tensors[id], out);
      run.run(i, net.tensors[id].format, out);
    } catch (const std::overflow_error& error) {
      throw proof_failed(where + ": " + error.what());
    } catch (const std::out_of_range& error) {
      throw proof_failed(where + ": " + error.what());
    }
    for (const range& r : out) {
      p.bits = std::max(p.bits, r.word_bits());
      result.fits_f64 = result.fits_f64 && r.reach_bits <= 53;
    }
    p.narrowest = narrowest_for(p.bits, where);
    result.operations.push_back(p);
    record(result.tensors[id], out);
    for (range& r : out) r = reachable(net.tensors[id].format, r.low, r.high);
    run.forget_constants(i);
    for (int t : op.inputs)
      if (last_use[static_cast<std::size_t>(t)] == i)
        std::vector<range>().swap(run.tensors[static_cast<std::size_t>(t)]);
  }
  return result;
}

}  // namespace isobit::engine
