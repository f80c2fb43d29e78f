#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <map>
#include <stdexcept>

#include "register.hpp"

namespace py = pybind11;

namespace isobit::bindings {

namespace {

using engine::constant;
using engine::lookup_table;

using raw_array = py::array_t<std::int64_t, py::array::c_style>;
using value_array = py::array_t<double, py::array::c_style>;

dyn read_format(const py::handle& h) {
  const auto f = h.cast<std::tuple<int, int, bool, int, int>>();
  const int q = std::get<3>(f), o = std::get<4>(f);
  if (q < 0 || q > static_cast<int>(rounding::rnd_conv))
    throw std::invalid_argument("there is no rounding mode " + std::to_string(q));
  if (o < 0 || o > static_cast<int>(overflow::pm1))
    throw std::invalid_argument("there is no overflow mode " + std::to_string(o));
  return dyn(std::get<0>(f), std::get<1>(f), std::get<2>(f), static_cast<rounding>(q),
             static_cast<overflow>(o));
}

// An int64 array; for unsigned formats its bit patterns.
std::vector<int128> read_raws(const py::handle& h, const dyn& f) {
  const auto array = h.cast<raw_array>();
  std::vector<int128> raws;
  raws.reserve(static_cast<std::size_t>(array.size()));
  for (py::ssize_t i = 0; i < array.size(); ++i)
    raws.push_back(f.is_signed()
                       ? static_cast<int128>(array.data()[i])
                       : static_cast<int128>(static_cast<std::uint64_t>(array.data()[i])));
  return raws;
}

// Constants and tables by the Python object that describes them: what operations share in Python,
// they share in the engine. The description keeps its objects alive while it is read.
struct known_data {
  std::map<const void*, constant> constants;
  std::map<const void*, lookup_table> tables;
};

constant read_constant(const py::dict& d) {
  const dyn format = read_format(d["format"]);
  const auto values = d["value"].cast<value_array>();
  return {format, read_raws(d["raw"], format),
          std::vector<double>(values.data(), values.data() + values.size())};
}

template <class T, class Read>
const T& read_once(const py::handle& h, std::map<const void*, T>& known, Read read) {
  const auto found = known.find(h.ptr());
  if (found != known.end()) return found->second;
  return known.emplace(h.ptr(), read(h.cast<py::dict>())).first->second;
}

function read_function(const std::string& name) {
  static const std::map<std::string, function> known = {
      {"given", function::given},
      {"sigmoid", function::sigmoid},
      {"tanh", function::tanh},
      {"softsign", function::softsign},
      {"exp", function::exp},
      {"exp_neg", function::exp_neg},
      {"reciprocal", function::reciprocal},
      {"log", function::log},
      {"softplus_tail", function::softplus_tail},
      {"gelu_tail", function::gelu_tail},
      {"gelu_tanh_tail", function::gelu_tanh_tail},
      {"silu_tail", function::silu_tail},
      {"elu_tail", function::elu_tail},
      {"celu_tail", function::celu_tail},
      {"logsigmoid_tail", function::logsigmoid_tail},
      {"mish_tail", function::mish_tail},
      {"log1p", function::log1p},
      {"sqrt", function::sqrt},
      {"rsqrt", function::rsqrt},
      {"power", function::power},
      {"erf", function::erf},
      {"sin", function::sin},
      {"cos", function::cos},
      {"tan", function::tan},
      {"asin", function::asin},
      {"acos", function::acos},
      {"atan", function::atan},
      {"sinh", function::sinh},
      {"cosh", function::cosh},
      {"asinh", function::asinh},
      {"acosh", function::acosh},
      {"atanh", function::atanh}};
  const auto found = known.find(name);
  if (found == known.end()) throw std::invalid_argument("there is no function '" + name + "'");
  return found->second;
}

lookup_table read_table(const py::dict& d) {
  lookup_table t;
  t.index = read_format(d["index"]);
  t.entry = read_format(d["format"]);
  t.low = d["low"].cast<std::int64_t>();
  t.entries = read_raws(d["entries"], t.entry);
  t.meaning = read_function(d["function"].cast<std::string>());
  t.parameter = d["parameter"].cast<double>();
  return t;
}

int read_cell(const std::string& name) {
  const int cell = engine::find_cell(name);
  if (cell < 0) throw std::invalid_argument("the engine has no cell '" + name + "'");
  return cell;
}

engine::operation read_operation(const py::dict& d, known_data& known) {
  engine::operation op;
  op.cell = read_cell(d["cell"].cast<std::string>());
  op.inputs = d["inputs"].cast<std::vector<int>>();
  op.output = d["output"].cast<int>();
  for (const auto& f : d["formats"]) op.formats.push_back(read_format(f));
  for (const auto& c : d["constants"])
    op.constants.push_back(read_once(c, known.constants, read_constant));
  for (const auto& t : d["tables"]) op.tables.push_back(read_once(t, known.tables, read_table));
  const auto ints = d["ints"].cast<raw_array>();
  op.ints.assign(ints.data(), ints.data() + ints.size());
  return op;
}

}  // namespace

engine::description read_description(const py::dict& spec) {
  engine::description net;
  try {
    for (const auto& h : spec["tensors"]) {
      const auto d = h.cast<py::dict>();
      net.tensors.push_back({d["size"].cast<int>(), read_format(d["format"])});
    }
    net.inputs = spec["inputs"].cast<std::vector<int>>();
    net.outputs = spec["outputs"].cast<std::vector<int>>();
    known_data known;
    for (const auto& h : spec["ops"])
      net.operations.push_back(read_operation(h.cast<py::dict>(), known));
  } catch (const py::cast_error& error) {
    throw std::invalid_argument(std::string("malformed description of a network: ") + error.what());
  }
  return net;
}

}  // namespace isobit::bindings
