#include "proof.hpp"

#include <algorithm>
#include <string>

#include "isobit/policy/interval.hpp"
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

void record(tensor_proof& p, const std::vector<range>& elements) {
  for (const range& r : elements) {
    p.low.push_back(r.low);
    p.high.push_back(r.high);
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
  sample_run<interval> run(net);
  for (int t : net.inputs) {
    const auto id = static_cast<std::size_t>(t);
    const dyn& f = net.tensors[id].format;
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
  }
  return result;
}

}  // namespace isobit::engine
