// Places in shared memory: what is needed at the same time never overlaps, and what is not is not
// paid for twice.
#include "engine/shared_memory.hpp"

#include <algorithm>
#include <cstdio>
#include <random>

using namespace isobit::engine;

namespace {

std::mt19937 generator(7);

std::size_t below(std::size_t n) { return generator() % n; }

std::vector<lifetime> random_lifetimes() {
  std::vector<lifetime> all;
  std::size_t step = 0;
  for (std::size_t i = 0, n = 1 + below(60); i < n; ++i) {
    step += below(3);
    all.push_back({64 * (1 + below(20)), step, step + (below(8) == 0 ? 1000 : below(6))});
  }
  return all;
}

bool meet(std::size_t first, std::size_t last, std::size_t other_first, std::size_t other_last) {
  return first <= other_last && other_first <= last;
}

bool is_right(const std::vector<lifetime>& all, const shared_memory& found) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    sum += all[i].bytes;
    const std::size_t begin = found.offsets[i], end = begin + all[i].bytes;
    if (end > found.bytes) return false;
    for (std::size_t k = 0; k < i; ++k)
      if (meet(all[i].first, all[i].last, all[k].first, all[k].last) &&
          meet(begin, end - 1, found.offsets[k], found.offsets[k] + all[k].bytes - 1))
        return false;
  }
  return found.bytes <= sum;
}

}  // namespace

int main() {
  int wrong = 0;
  for (int i = 0; i < 2000; ++i) {
    const std::vector<lifetime> all = random_lifetimes();
    wrong += is_right(all, share_memory(all)) ? 0 : 1;
  }
  // A chain, in which each step reads what the step before wrote: two places.
  std::vector<lifetime> chain;
  for (std::size_t step = 0; step < 100; ++step) chain.push_back({640, step, step + 1});
  const bool chain_is_flat = share_memory(chain).bytes == 2 * 640;
  std::printf("wrong places: %d of 2000; a chain is %s\n", wrong, chain_is_flat ? "flat" : "long");
  return wrong == 0 && chain_is_flat ? 0 : 1;
}
