#include "oracles.hpp"

#include <algorithm>
#include <thread>

#include "data_flow.hpp"
#include "isobit/policy/f64.hpp"
#include "isobit/policy/real.hpp"
#include "sample_run.hpp"

namespace isobit::engine {

namespace {

// Carries samples [first, last) through `tensors` by way of `evaluate`. `enter` makes a raw of an
// element of the caller (it is told the tensor's format), `leave` the reverse.
template <class Raw, class T, class Evaluate, class Enter, class Leave>
void each_sample(const description& net, std::vector<std::vector<Raw>>& tensors,
                 const std::vector<const T*>& x, std::int64_t first, std::int64_t last,
                 const std::vector<int>& which, const std::vector<T*>& y, Evaluate evaluate,
                 Enter enter, Leave leave) {
  for (std::int64_t s = first; s < last; ++s) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto id = static_cast<std::size_t>(net.inputs[i]);
      const tensor& t = net.tensors[id];
      for (int e = 0; e < t.size; ++e)
        tensors[id][static_cast<std::size_t>(e)] = enter(x[i][s * t.size + e], t.format);
    }
    evaluate();
    for (std::size_t k = 0; k < which.size(); ++k) {
      const auto& values = tensors[static_cast<std::size_t>(which[k])];
      const auto size = static_cast<std::int64_t>(values.size());
      for (std::int64_t e = 0; e < size; ++e)
        y[k][s * size + e] = leave(values[static_cast<std::size_t>(e)]);
    }
  }
}

int128 raw_of(std::int64_t bits, const dyn& f) {
  return f.is_signed() ? static_cast<int128>(bits)
                       : static_cast<int128>(static_cast<std::uint64_t>(bits));
}

}  // namespace

void run_f64(const description& net, const std::vector<const std::int64_t*>& x, std::int64_t count,
             const std::vector<int>& which, const std::vector<std::int64_t*>& y) {
  sample_run<f64> run(net);
  each_sample(
      net, run.tensors, x, 0, count, which, y, [&] { run.run_all(); },
      [](std::int64_t bits, const dyn& f) { return static_cast<double>(raw_of(bits, f)); },
      [](double v) { return static_cast<std::int64_t>(v); });
}

void run_replay(const description& net, const std::vector<const std::int64_t*>& x,
                std::int64_t count, const std::vector<int>& which,
                const std::vector<std::int64_t*>& y) {
  const data_flow_graph graph = trace_network(net);
  std::vector<std::vector<int128>> tensors;
  for (const tensor& t : net.tensors) tensors.emplace_back(static_cast<std::size_t>(t.size));
  each_sample(
      net, tensors, x, 0, count, which, y, [&] { replay(graph, net, tensors); }, raw_of,
      [](int128 v) { return static_cast<std::int64_t>(v); });
}

void run_real(const description& net, const std::vector<const double*>& x, std::int64_t count,
              const std::vector<int>& which, const std::vector<double*>& y, int threads) {
  const auto work = [&](std::int64_t first, std::int64_t last) {
    sample_run<real> run(net, true);
    each_sample(
        net, run.tensors, x, first, last, which, y, [&] { run.run_all(); },
        [](double v, const dyn&) { return v; }, [](double v) { return v; });
  };
  const std::int64_t shares = std::clamp<std::int64_t>(count / 64, 1, std::max(threads, 1));
  std::vector<std::thread> others;
  for (std::int64_t i = 1; i < shares; ++i)
    others.emplace_back(work, count * i / shares, count * (i + 1) / shares);
  work(0, count / shares);
  for (std::thread& t : others) t.join();
}

}  // namespace isobit::engine
