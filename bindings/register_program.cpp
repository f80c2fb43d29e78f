#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <optional>
#include <stdexcept>

#include "engine/data_flow.hpp"
#include "engine/oracles.hpp"
#include "engine/program.hpp"
#include "plain_call.hpp"
#include "register.hpp"
#include "tensors.hpp"

namespace py = pybind11;

namespace isobit::bindings {

namespace {

using engine::description;
using engine::element;
using engine::lane;
using engine::program;

template <class T>
using c_array = py::array_t<T, py::array::c_style>;

// A Python integer of any size.
py::int_ big_int(int128 v) {
  const auto high = static_cast<std::int64_t>(v >> 64);
  const auto low = static_cast<std::uint64_t>(v);
  return py::int_(py::int_(high) * py::int_(py::int_(1).attr("__lshift__")(64))) + py::int_(low);
}

py::list big_ints(const std::vector<int128>& values) {
  py::list all;
  for (int128 v : values) all.append(big_int(v));
  return all;
}

lane read_lane(const std::string& name) {
  if (name == "auto" || name == "16") return lane::i16;
  if (name == "32") return lane::i32;
  if (name == "64") return lane::i64;
  if (name == "128") return lane::i128;
  throw std::invalid_argument("there is no lane '" + name + "': auto, 16, 32, 64 or 128");
}

const engine::isa_kernels* read_isa(const std::string& name) {
  if (name == "auto") return nullptr;
  const engine::isa_kernels* const* best_first = nullptr;
  const int size = engine::usable_isas(best_first);
  std::string known = "auto";
  for (int i = 0; i < size; ++i) {
    if (name == best_first[i]->name) return best_first[i];
    known += std::string(", ") + best_first[i]->name;
  }
  throw std::invalid_argument("this processor has no instruction set '" + name + "': " + known);
}

engine::layout_choice read_layout(const std::string& name) {
  if (name == "auto") return engine::layout_choice::automatic;
  if (name == "samples") return engine::layout_choice::samples;
  if (name == "neurons") return engine::layout_choice::neurons;
  throw std::invalid_argument("there is no layout '" + name + "': auto, samples or neurons");
}

element kind_of(const py::array& x) {
  if (x.dtype().equal(py::dtype::of<float>())) return element::f32;
  if (x.dtype().equal(py::dtype::of<double>())) return element::f64;
  throw std::invalid_argument("an input is neither float32 nor float64");
}

// Checks the inputs of a run and returns their common sample count.
template <class Array>
py::ssize_t sample_count(const description& net, const std::vector<Array>& inputs) {
  if (inputs.size() != net.inputs.size()) throw std::invalid_argument("wrong number of inputs");
  py::ssize_t count = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto size = net.tensors[static_cast<std::size_t>(net.inputs[i])].size;
    if (inputs[i].ndim() != 2 || inputs[i].shape(1) != size ||
        (i > 0 && inputs[i].shape(0) != count) || !(inputs[i].flags() & py::array::c_style))
      throw std::invalid_argument("an input has the wrong shape or is not C-contiguous");
    count = inputs[i].shape(0);
  }
  return count;
}

void run_program(const program& p, const std::vector<engine::source>& sources, py::ssize_t count,
                 const std::vector<engine::sink>& sinks, int threads, const std::string& at_least,
                 const std::string& isa, const std::string& layout) {
  const engine::run_options options = {threads, read_lane(at_least), read_isa(isa),
                                       at_least == "auto", read_layout(layout)};
  const py::gil_scoped_release release;
  p.run(sources, count, sinks, options);
}

// The array for one result: the caller's, or a new one.
py::array result_array(const engine::tensor& t, py::ssize_t count, const py::object& given) {
  const std::vector<py::ssize_t> shape = {count, t.size};
  const bool narrow = fits_float32(t.format);
  if (given.is_none())
    return narrow ? py::array(c_array<float>(shape)) : py::array(c_array<double>(shape));
  auto y = given.cast<py::array>();
  if (!y.dtype().equal(narrow ? py::dtype::of<float>() : py::dtype::of<double>()) ||
      y.ndim() != 2 || y.shape(0) != shape[0] || y.shape(1) != shape[1] ||
      !(y.flags() & py::array::c_style))
    throw std::invalid_argument(
        "an output array has the wrong type or shape, or is not C-contiguous");
  return y;
}

py::list run(const program& p, const std::vector<py::array>& inputs, const std::vector<int>& which,
             int threads, const std::string& at_least, const std::string& isa,
             const std::string& layout, const std::optional<std::vector<py::object>>& out) {
  const py::ssize_t count = sample_count(p.network(), inputs);
  if (out && out->size() != which.size())
    throw std::invalid_argument("as many output arrays are wanted as tensors");
  std::vector<engine::source> sources;
  for (const py::array& x : inputs) sources.push_back({kind_of(x), x.data()});
  std::vector<engine::sink> sinks;
  py::list results;
  for (std::size_t i = 0; i < which.size(); ++i) {
    const engine::tensor& t = tensor_of(p.network(), which[i]);
    py::array y = result_array(t, count, out ? (*out)[i] : py::none());
    sinks.push_back({which[i], y.itemsize() == 4 ? element::f32 : element::f64, y.mutable_data()});
    results.append(y);
  }
  run_program(p, sources, count, sinks, threads, at_least, isa, layout);
  return results;
}

py::list run_raw(const program& p, const std::vector<c_array<std::int64_t>>& inputs,
                 const std::vector<int>& which, int threads, const std::string& at_least,
                 const std::string& isa, const std::string& layout) {
  const py::ssize_t count = sample_count(p.network(), inputs);
  std::vector<engine::source> sources;
  for (const auto& x : inputs) sources.push_back({element::i64, x.data()});
  std::vector<engine::sink> sinks;
  py::list results;
  for (int id : which) {
    c_array<std::int64_t> y({count, static_cast<py::ssize_t>(tensor_of(p.network(), id).size)});
    sinks.push_back({id, element::i64, y.mutable_data()});
    results.append(y);
  }
  run_program(p, sources, count, sinks, threads, at_least, isa, layout);
  return results;
}

// One of the oracles: f(network, inputs, count, tensor ids, outputs).
template <class T, class Oracle>
py::list run_oracle(const program& p, const std::vector<c_array<T>>& inputs,
                    const std::vector<int>& which, Oracle oracle) {
  const py::ssize_t count = sample_count(p.network(), inputs);
  std::vector<const T*> sources;
  for (const auto& x : inputs) sources.push_back(x.data());
  std::vector<T*> sinks;
  py::list results;
  for (int id : which) {
    c_array<T> y({count, static_cast<py::ssize_t>(tensor_of(p.network(), id).size)});
    sinks.push_back(y.mutable_data());
    results.append(y);
  }
  const py::gil_scoped_release release;
  oracle(p.network(), sources, count, which, sinks);
  return results;
}

py::dict proof(const program& p) {
  py::list operations, tensors;
  for (const engine::operation_proof& op : p.proven().operations)
    operations.append(
        py::dict(py::arg("bits") = op.bits, py::arg("lane") = engine::bits(op.narrowest)));
  for (const engine::tensor_proof& t : p.proven().tensors)
    tensors.append(py::dict(py::arg("low") = big_ints(t.low), py::arg("high") = big_ints(t.high),
                            py::arg("exact_low") = big_int(t.exact_low),
                            py::arg("exact_high") = big_int(t.exact_high),
                            py::arg("exact_frac") = t.exact_frac));
  return py::dict(py::arg("ops") = operations, py::arg("tensors") = tensors,
                  py::arg("f64") = p.proven().fits_f64);
}

py::dict trace(const program& p) {
  const engine::data_flow_graph graph = engine::trace_network(p.network());
  py::list operations;
  for (std::size_t i = 0; i < graph.operations.size(); ++i) {
    const engine::flow_counts c = engine::count(graph, p.network(), i);
    operations.append(py::dict(py::arg("multiplications") = c.multiplications,
                               py::arg("additions") = c.additions,
                               py::arg("comparisons") = c.comparisons,
                               py::arg("selects") = c.selects, py::arg("shifts") = c.shifts,
                               py::arg("lookups") = c.lookups, py::arg("table_bits") = c.table_bits,
                               py::arg("nodes") = c.nodes, py::arg("modules") = c.modules));
  }
  return py::dict(py::arg("ops") = operations);
}

}  // namespace

void register_program(py::module_& m) {
  py::register_exception<engine::proof_failed>(m, "ProofFailed", PyExc_ArithmeticError);
  py::register_exception<engine::not_finite>(m, "NotFinite", PyExc_ValueError);
  py::class_<program>(m, "Program")
      .def(py::init([](const py::dict& spec) {
        auto net = read_description(spec);
        const py::gil_scoped_release release;
        return std::make_unique<program>(std::move(net));
      }))
      .def("run", &run, py::arg("inputs"), py::arg("which"), py::arg("n_threads") = 1,
           py::arg("lane") = "auto", py::arg("isa") = "auto", py::arg("layout") = "auto",
           py::arg("out") = py::none())
      .def("run_raw", &run_raw, py::arg("inputs"), py::arg("which"), py::arg("n_threads") = 1,
           py::arg("lane") = "auto", py::arg("isa") = "auto", py::arg("layout") = "auto")
      .def(
          "run_real",
          [](const program& p, const std::vector<c_array<double>>& inputs,
             const std::vector<int>& which, int n_threads) {
            return run_oracle<double>(
                p, inputs, which,
                [n_threads](const description& net, const std::vector<const double*>& x,
                            std::int64_t count, const std::vector<int>& ids,
                            const std::vector<double*>& y) {
                  engine::run_real(net, x, count, ids, y, n_threads);
                });
          },
          py::arg("inputs"), py::arg("which"), py::arg("n_threads") = 1)
      .def(
          "run_f64",
          [](const program& p, const std::vector<c_array<std::int64_t>>& inputs,
             const std::vector<int>& which) {
            if (!p.proven().fits_f64)
              throw std::invalid_argument("this network needs more than the 53 bits of a double");
            return run_oracle<std::int64_t>(p, inputs, which, engine::run_f64);
          },
          py::arg("inputs"), py::arg("which"))
      .def(
          "replay",
          [](const program& p, const std::vector<c_array<std::int64_t>>& inputs,
             const std::vector<int>& which) {
            return run_oracle<std::int64_t>(p, inputs, which, engine::run_replay);
          },
          py::arg("inputs"), py::arg("which"))
      .def("plain_call", &make_plain_call, py::arg("sample"), py::arg("which"), py::arg("shapes"),
           py::arg("most_work"))
      .def_property_readonly("work", &program::work)
      .def("proof", &proof)
      .def("trace", &trace);
}

}  // namespace isobit::bindings
