#include "program.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <system_error>
#include <thread>

#include "default_arithmetic.hpp"
#include "packing_choice.hpp"
#include "worker.hpp"

namespace isobit::engine {

namespace {

constexpr int most_threads = 256;

// Fewer samples than this are computed one after the other rather than side by side (measured:
// docs/performance.md); with many weights, which then must be read for each, the difference is
// smaller.
constexpr double many_products = 1 << 16;
constexpr std::int64_t few_samples(double work) { return work < many_products ? 4 : 6; }

// Blocks that a thread takes at a time: enough to make taking them cheap, few enough to share well.
constexpr std::int64_t most_blocks = 16;

// Side by side, the tensors of a block must not need more memory than this: so many bytes of 32-bit
// integers for each thread. Samples of larger networks are computed one after the other.
constexpr std::int64_t most_block_bytes = std::int64_t{1} << 28;

bool fit_side_by_side(const description& net) {
  std::int64_t elements = 0;
  for (const tensor& t : net.tensors) elements += t.size;
  return elements <= most_block_bytes / (4 * block);
}

double work_of(const description& net) {
  double work = 0;
  for (const operation& op : net.operations)
    work += cell_of(op).work(sizes_of_operation(op, net).all);
  return work;
}

const isa_kernels& best_isa() {
  const isa_kernels* const* best_first = nullptr;
  usable_isas(best_first);
  return *best_first[0];
}

}  // namespace

struct program::station {
  plan steps;
  std::mutex mutex;
  std::vector<std::unique_ptr<worker>> idle;

  std::unique_ptr<worker> take(const description& net, const isa_kernels& isa) {
    {
      const std::lock_guard<std::mutex> hold(mutex);
      if (!idle.empty()) {
        std::unique_ptr<worker> w = std::move(idle.back());
        idle.pop_back();
        return w;
      }
    }
    return std::make_unique<worker>(net, steps, isa);
  }
  void give_back(std::unique_ptr<worker> w) {
    const std::lock_guard<std::mutex> hold(mutex);
    idle.push_back(std::move(w));
  }
};

program::program(description net) : net_(std::move(net)) {
  best_isa();  // what is wrong with the environment is said now
  check(net_);
  proof_ = prove(net_);
  work_ = work_of(net_);
}

program::~program() = default;

plan_options program::plan_for(std::int64_t count, const std::vector<sink>& outputs,
                               const run_options& options) const {
  plan_options wanted;
  wanted.at_least = options.at_least;
  wanted.packed = options.packed;
  const bool few = options.way == layout_choice::automatic
                       ? count < few_samples(work_) || !fit_side_by_side(net_)
                       : options.way == layout_choice::neurons;
  wanted.way = few ? layout::neurons : layout::samples;
  for (const sink& s : outputs)
    if (std::find(net_.outputs.begin(), net_.outputs.end(), s.tensor) == net_.outputs.end())
      wanted.keep_all = true;
  return wanted;
}

program::station& program::station_for(const isa_kernels& isa, const plan_options& options) const {
  const std::lock_guard<std::mutex> hold(mutex_);
  auto& slot = stations_[{&isa, options}];
  if (!slot) {
    slot = std::make_unique<station>();
    slot->steps = make_plan(net_, proof_, isa, options);
  }
  return *slot;
}

void program::run(const std::vector<source>& inputs, std::int64_t count,
                  const std::vector<sink>& outputs, const run_options& options) const {
  const default_arithmetic hold;  // new threads inherit it (POSIX, C11)
  const isa_kernels& isa = options.isa == nullptr ? best_isa() : *options.isa;
  station& s = station_for(isa, plan_for(count, outputs, options));
  const std::int64_t blocks = std::max<std::int64_t>(1, (count + block - 1) / block);
  const auto threads = std::min<std::int64_t>(blocks, std::clamp(options.threads, 1, most_threads));
  const std::int64_t share =
      block * std::clamp<std::int64_t>(blocks / (8 * threads), 1, most_blocks);

  std::atomic<std::int64_t> next{0};
  std::mutex failing;
  std::optional<not_finite> failure;
  std::vector<std::unique_ptr<worker>> workers;
  for (std::int64_t i = 0; i < threads; ++i) workers.push_back(s.take(net_, isa));
  const auto work = [&](worker& w) {
    try {
      for (std::int64_t first = next.fetch_add(share); first < count; first = next.fetch_add(share))
        w.run(inputs, outputs, first, std::min(share, count - first));
    } catch (const not_finite& found) {
      // Shares are taken in order, so that the first of all is found by somebody.
      const std::lock_guard<std::mutex> hold(failing);
      if (!failure || found.sample < failure->sample) failure.emplace(found);
    }
  };
  std::vector<std::thread> others;
  try {
    for (std::size_t i = 1; i < workers.size(); ++i)
      others.emplace_back(work, std::ref(*workers[i]));
  } catch (const std::system_error&) {
    // The system has no more threads to give: those that run share the work.
  }
  work(*workers[0]);
  for (std::thread& t : others) t.join();
  for (std::unique_ptr<worker>& w : workers) s.give_back(std::move(w));
  if (failure) throw not_finite(*failure);
}

}  // namespace isobit::engine
