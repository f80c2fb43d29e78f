#include "shared_memory.hpp"

#include <iterator>
#include <map>

namespace isobit::engine {

namespace {

// Gaps between what is in use: offset -> bytes. No two of them touch.
class gaps {
 public:
  // The lowest place for so many bytes, from what lies behind all gaps where none is large enough.
  std::size_t take(std::size_t bytes) {
    for (auto gap = free_.begin(); gap != free_.end(); ++gap) {
      const auto [offset, size] = *gap;
      if (size < bytes) continue;
      free_.erase(gap);
      if (size > bytes) free_[offset + bytes] = size - bytes;
      return offset;
    }
    const std::size_t offset = end_;
    end_ += bytes;
    return offset;
  }

  void give_back(std::size_t offset, std::size_t bytes) {
    auto next = free_.lower_bound(offset);
    if (next != free_.end() && next->first == offset + bytes) {
      bytes += next->second;
      next = free_.erase(next);
    }
    if (next != free_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == offset) {
        before->second += bytes;
        return;
      }
    }
    free_[offset] = bytes;
  }

  std::size_t end() const { return end_; }

 private:
  std::map<std::size_t, std::size_t> free_;
  std::size_t end_ = 0;
};

}  // namespace

shared_memory share_memory(const std::vector<lifetime>& lifetimes) {
  shared_memory result;
  gaps memory;
  std::multimap<std::size_t, std::size_t> in_use;  // last step -> number
  for (std::size_t i = 0; i < lifetimes.size(); ++i) {
    while (!in_use.empty() && in_use.begin()->first < lifetimes[i].first) {
      const std::size_t over = in_use.begin()->second;
      memory.give_back(result.offsets[over], lifetimes[over].bytes);
      in_use.erase(in_use.begin());
    }
    result.offsets.push_back(memory.take(lifetimes[i].bytes));
    in_use.emplace(lifetimes[i].last, i);
  }
  result.bytes = memory.end();
  return result;
}

}  // namespace isobit::engine
