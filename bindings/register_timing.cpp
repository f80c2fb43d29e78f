// What a caller in C++ pays: many calls in a row without Python between them. The clock is the
// benchmarks' own (python/isobit/benchmarking/clock.py), which sees one action of so many calls.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <stdexcept>

#include "engine/program.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace isobit::bindings {

namespace {

using engine::element;
using engine::program;

element kind_of(const py::array& x) {
  if (!(x.flags() & py::array::c_style) || x.ndim() != 2)
    throw std::invalid_argument("an array is not a C-contiguous matrix");
  if (x.dtype().is(py::dtype::of<float>())) return element::f32;
  if (x.dtype().is(py::dtype::of<double>())) return element::f64;
  throw std::invalid_argument("an array is neither float32 nor float64");
}

void check_rows(const py::array& x, int tensor, py::ssize_t count, const engine::description& net) {
  if (x.shape(0) != count || x.shape(1) != net.tensors.at(static_cast<std::size_t>(tensor)).size)
    throw std::invalid_argument("an array does not have the shape of its tensor");
}

void repeat_run(const program& p, const std::vector<py::array>& inputs,
                const std::vector<int>& which, std::vector<py::array> out, std::int64_t calls) {
  const engine::description& net = p.network();
  if (inputs.empty() || inputs.size() != net.inputs.size() || out.size() != which.size())
    throw std::invalid_argument("wrong number of arrays");
  const element first = kind_of(inputs[0]);
  const py::ssize_t count = inputs[0].shape(0);
  std::vector<engine::source> sources;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    sources.push_back({i == 0 ? first : kind_of(inputs[i]), inputs[i].data()});
    check_rows(inputs[i], net.inputs[i], count, net);
  }
  std::vector<engine::sink> sinks;
  for (std::size_t i = 0; i < out.size(); ++i) {
    sinks.push_back({which[i], kind_of(out[i]), out[i].mutable_data()});
    check_rows(out[i], which[i], count, net);
  }
  const py::gil_scoped_release release;
  for (std::int64_t n = 0; n < calls; ++n) p.run(sources, count, sinks, {});
}

// Integers and pointers are passed alike, and a function does not see what it does not take.
using word = std::uintptr_t;
using c_function = word (*)(word, word, word, word, word, word, word, word);

// The caller answers for the address and the arguments, as with ctypes.
void repeat_call(word address, std::vector<word> arguments, std::int64_t calls) {
  if (address == 0 || arguments.size() > 8)
    throw std::invalid_argument("a function and at most eight arguments are wanted");
  arguments.resize(8);
  const auto function = reinterpret_cast<c_function>(address);
  const word* a = arguments.data();
  const py::gil_scoped_release release;
  for (std::int64_t n = 0; n < calls; ++n) function(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7]);
}

}  // namespace

void register_timing(py::module_& m) {
  m.def("repeat_run", &repeat_run, py::arg("program"), py::arg("inputs"), py::arg("which"),
        py::arg("out"), py::arg("calls"), "Program.run on one thread, so many times.");
  m.def("repeat_call", &repeat_call, py::arg("address"), py::arg("arguments"), py::arg("calls"),
        "A C function of integers and pointers, so many times.");
}

}  // namespace isobit::bindings
