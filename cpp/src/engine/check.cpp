// Refuses a malformed description before anything is computed from it.
#include <stdexcept>

#include "sample_run.hpp"

namespace isobit::engine {

namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw std::invalid_argument(where + ": " + what);
}

void check_format(const dyn& f, const std::string& where, int widest) {
  if (f.width() < 1 || f.width() > widest)
    refuse(where, "a width of " + std::to_string(f.width()) + " bits is not in 1 to " +
                      std::to_string(widest));
  if (f.frac() < -128 || f.frac() > 128)
    refuse(where, std::to_string(f.frac()) + " fractional bits are not in -128 to 128");
  if (f.overflows() == overflow::wrap_sm && !f.is_signed())
    refuse(where, "sign-magnitude wrap needs a signed format");
  if (f.overflows() == overflow::pm1 &&
      (f.width() != 2 || f.frac() != 0 || !f.is_signed() || f.rounds() != rounding::trn))
    refuse(where, "pm1 is a signed format of two bits that truncates");
}

void check_raws(const shared_array<int128>& raws, const dyn& f, const std::string& where) {
  for (int128 r : raws)
    if (r < lowest_raw(f) || r > highest_raw(f) || (r == 0 && f.overflows() == overflow::pm1))
      refuse(where, "a raw is out of the format's range");
}

void check_operation(const operation& op, const description& net, const std::vector<bool>& known,
                     const std::string& where) {
  int n_cells = 0;
  const auto* cells = engine_kernels::cell_table<scalar<int128>>(n_cells);
  if (op.cell < 0 || op.cell >= n_cells) refuse(where, "there is no such cell");
  const auto& cell = cells[op.cell];
  const std::string named = where + " (" + cell.name + ")";
  const int n_inputs = static_cast<int>(op.inputs.size());
  if (cell.inputs < 0 ? n_inputs < -cell.inputs : n_inputs != cell.inputs)
    refuse(named, "has " + std::to_string(n_inputs) + " inputs");
  for (int t : op.inputs)
    if (t < 0 || t >= static_cast<int>(net.tensors.size()) || !known[static_cast<std::size_t>(t)])
      refuse(named, "reads a tensor that nothing has made");
  if (op.output < 0 || op.output >= static_cast<int>(net.tensors.size()) ||
      known[static_cast<std::size_t>(op.output)])
    refuse(named, "makes a tensor that does not exist or is made already");
  if (static_cast<int>(op.constants.size()) != cell.constants ||
      static_cast<int>(op.tables.size()) != cell.tables ||
      static_cast<int>(op.formats.size()) != cell.formats)
    refuse(named, "has the wrong number of constants, tables or formats");
  for (const constant& c : op.constants) {
    check_format(c.format, named + ", constant", 64);
    if (c.raws.size() != c.values.size())
      refuse(named, "a constant's raws and values differ in number");
    check_raws(c.raws, c.format, named + ", constant");
  }
  for (const lookup_table& t : op.tables) {
    check_format(t.index, named + ", table index", 64);
    check_format(t.entry, named + ", table entry", 64);
    check_raws(t.entries, t.entry, named + ", table");
    if (t.entries.empty()) refuse(named, "a table has no entries");
  }
  for (const dyn& f : op.formats)
    if (!f.is_exact()) check_format(f, named, 120);
  const sizes_of_operation sizes(op, net);
  if (const char* wrong = cell.wrong(sizes.all)) refuse(named, wrong);
}

}  // namespace

int find_cell(const std::string& name) {
  int size = 0;
  const auto* cells = engine_kernels::cell_table<scalar<int128>>(size);
  for (int i = 0; i < size; ++i)
    if (name == cells[i].name) return i;
  return -1;
}

std::vector<std::pair<std::string, std::string>> cell_schedules() {
  int size = 0;
  const auto* cells = engine_kernels::cell_table<scalar<int128>>(size);
  std::vector<std::pair<std::string, std::string>> all;
  for (int i = 0; i < size; ++i) all.emplace_back(cells[i].name, cells[i].schedule);
  return all;
}

void check(const description& net) {
  std::vector<bool> known(net.tensors.size());
  for (std::size_t t = 0; t < net.tensors.size(); ++t) {
    const std::string where = "tensor " + std::to_string(t);
    check_format(net.tensors[t].format, where, 64);
    if (net.tensors[t].size < 1) refuse(where, "has no elements");
  }
  for (int t : net.inputs) {
    if (t < 0 || t >= static_cast<int>(net.tensors.size()) || known[static_cast<std::size_t>(t)])
      refuse("inputs", "name a tensor that does not exist, or twice");
    known[static_cast<std::size_t>(t)] = true;
  }
  for (std::size_t i = 0; i < net.operations.size(); ++i) {
    check_operation(net.operations[i], net, known, "operation " + std::to_string(i));
    known[static_cast<std::size_t>(net.operations[i].output)] = true;
  }
  for (int t : net.outputs)
    if (t < 0 || t >= static_cast<int>(net.tensors.size()) || !known[static_cast<std::size_t>(t)])
      refuse("outputs", "name a tensor that nothing has made");
}

}  // namespace isobit::engine
