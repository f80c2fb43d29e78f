#include "program.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <system_error>
#include <thread>

#include "worker.hpp"

namespace isobit::engine {

namespace {

constexpr int most_threads = 256;

double work_of(const description& net) {
  double work = 0;
  for (const operation& op : net.operations) {
    const bool is_matrix = op.ints.size() == 3;
    work += is_matrix ? static_cast<double>(op.ints[0] * op.ints[1] * op.ints[2])
                      : net.tensors[static_cast<std::size_t>(op.output)].size;
  }
  return work;
}

}  // namespace

program::program(description net) : net_(std::move(net)) {
  check(net_);
  proof_ = prove(net_);
  work_ = work_of(net_);
}

const plan& program::plan_for(lane at_least) const {
  const std::lock_guard<std::mutex> hold(mutex_);
  auto& slot = plans_[static_cast<std::size_t>(at_least)];
  if (!slot) slot = std::make_unique<const plan>(make_plan(net_, proof_, at_least));
  return *slot;
}

void program::run(const std::vector<source>& inputs, std::int64_t count,
                  const std::vector<sink>& outputs, const run_options& options) const {
  const plan& p = plan_for(options.at_least);
  const isa_kernels* isa = options.isa;
  if (isa == nullptr) {
    const isa_kernels* const* best_first = nullptr;
    usable_isas(best_first);
    isa = best_first[0];
  }
  const std::int64_t blocks = std::max<std::int64_t>(1, (count + block - 1) / block);
  const auto wanted = std::min<std::int64_t>(blocks, std::clamp(options.threads, 1, most_threads));
  std::vector<std::unique_ptr<worker>> workers;
  for (std::int64_t i = 0; i < wanted; ++i)
    workers.push_back(std::make_unique<worker>(net_, p, *isa));

  std::atomic<std::int64_t> next{0};
  const auto work = [&](worker& w) {
    for (;;) {
      const std::int64_t first = next.fetch_add(block);
      if (first >= count) return;
      w.run(inputs, outputs, first, static_cast<int>(std::min<std::int64_t>(block, count - first)));
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
}

}  // namespace isobit::engine
