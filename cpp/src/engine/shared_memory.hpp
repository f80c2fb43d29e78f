// Memory for things that are not all needed at the same time.
#ifndef ISOBIT_ENGINE_SHARED_MEMORY_HPP
#define ISOBIT_ENGINE_SHARED_MEMORY_HPP

#include <cstddef>
#include <vector>

namespace isobit::engine {

// So many bytes from the step `first` to the step `last`, both included.
struct lifetime {
  std::size_t bytes, first, last;
};

struct shared_memory {
  std::vector<std::size_t> offsets;  // of each
  std::size_t bytes = 0;             // of all
};

// Places that overlap only where lifetimes do not. Lifetimes come in the order of their first
// steps.
shared_memory share_memory(const std::vector<lifetime>& lifetimes);

}  // namespace isobit::engine

#endif
