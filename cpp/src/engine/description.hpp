// A network as plain data: what Python hands over, and all that the engine knows of it.
#ifndef ISOBIT_ENGINE_DESCRIPTION_HPP
#define ISOBIT_ENGINE_DESCRIPTION_HPP

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "isobit/policy/scalar.hpp"
#include "shared_array.hpp"

namespace isobit::engine {

struct tensor {
  int size = 0;  // elements of one sample
  dyn format;
};

// `values` are the trained numbers, read by the `real` policy only. One element serves all.
struct constant {
  dyn format;
  shared_array<int128> raws;
  shared_array<double> values;
};

struct lookup_table {
  dyn index, entry;
  std::int64_t low = 0;
  shared_array<int128> entries;
  function meaning = function::sigmoid;
  double parameter = 0;
};

struct operation {
  int cell = 0;  // see find_cell
  std::vector<int> inputs;
  int output = 0;
  std::vector<dyn> formats;
  std::vector<constant> constants;
  std::vector<lookup_table> tables;
  std::vector<std::int64_t> ints;
};

struct description {
  std::vector<tensor> tensors;
  std::vector<int> inputs, outputs;
  std::vector<operation> operations;
};

// The range of raws of a format.
inline int128 lowest_raw(const dyn& f) {
  if (f.overflows() == overflow::pm1) return -1;
  return f.is_signed() ? -(static_cast<int128>(1) << (f.width() - 1)) : 0;
}
inline int128 highest_raw(const dyn& f) {
  return (static_cast<int128>(1) << (f.width() - (f.is_signed() ? 1 : 0))) - 1;
}

// The number of the cell of this name (cell_table.hpp), -1 if there is none.
int find_cell(const std::string& name);

// Every cell and the name of its schedule.
std::vector<std::pair<std::string, std::string>> cell_schedules();

// Throws std::invalid_argument that says which operation is malformed and how.
void check(const description& net);

}  // namespace isobit::engine

#endif
