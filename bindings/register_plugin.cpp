// isobit._core.NativePlugin: compiled networks for Python, through the loader that C++ users have.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <thread>

#include "isobit/plugin.hpp"
#include "register.hpp"

namespace py = pybind11;

namespace isobit::bindings {

namespace {

constexpr py::ssize_t small_batch = 16;  // shorter than what giving up the interpreter's lock costs
constexpr py::ssize_t one_thread = 4096;  // more samples are left to several threads

bool is_exact_in_float(const isobit_format& f) { return f.width <= 24 && f.width - f.frac <= 127; }
bool is_exact_in_double(const isobit_format& f) { return f.width <= 53; }

std::vector<py::ssize_t> batch_shape(const isobit_tensor& t, py::ssize_t count) {
  std::vector<py::ssize_t> shape = {count};
  shape.insert(shape.end(), t.shape, t.shape + t.rank);
  return shape;
}

std::optional<std::int32_t> kind_of(const py::array& a) {
  const char code = a.dtype().char_();
  if (a.dtype().byteorder() == '>') return std::nullopt;
  return code == 'f'   ? std::optional<std::int32_t>(ISOBIT_FLOAT32)
         : code == 'd' ? std::optional<std::int32_t>(ISOBIT_FLOAT64)
         : (code == 'l' || code == 'q') && a.itemsize() == 8
             ? std::optional<std::int32_t>(ISOBIT_RAW)
             : std::nullopt;
}

// Where the samples of one thread begin.
template <class Buffer>
Buffer part_of(Buffer b, std::int64_t size, std::int64_t first, std::int64_t count) {
  using byte = std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(b.data)>>,
                                  const char, char>;
  const std::int64_t bytes = b.kind == ISOBIT_FLOAT32 ? 4 : 8;
  b.data = static_cast<byte*>(b.data) + first * size * bytes;
  b.elements = count * size;
  return b;
}

void run_part(const plugin& p, std::vector<isobit_input> x, std::vector<isobit_output> y,
              std::int64_t first, std::int64_t count, workspace& w, isobit_error& error) {
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = part_of(x[i], p.input(static_cast<int>(i)).size, first, count);
  for (std::size_t i = 0; i < y.size(); ++i)
    y[i] = part_of(y[i], p.output(static_cast<int>(i)).size, first, count);
  p.description().predict(x.data(), p.n_inputs(), y.data(), p.n_outputs(), count, w.data(),
                          w.bytes(), &error);
  if (error.sample >= 0) error.sample += first;
}

// The parts of a batch are not checked against the whole of a buffer.
void check_sizes(const plugin& p, const std::vector<isobit_input>& x,
                 const std::vector<isobit_output>& y, std::int64_t count) {
  bool good = x.size() == static_cast<std::size_t>(p.n_inputs()) &&
              y.size() == static_cast<std::size_t>(p.n_outputs());
  for (int i = 0; good && i < p.n_inputs(); ++i)
    good = x[static_cast<std::size_t>(i)].elements == count * p.input(i).size;
  for (int i = 0; good && i < p.n_outputs(); ++i)
    good = y[static_cast<std::size_t>(i)].elements == count * p.output(i).size;
  if (!good) throw std::invalid_argument("arrays of the wrong number or size");
}

// Every sample on some thread; the error of the first sample at fault.
void run(const plugin& p, const std::vector<py::array>& inputs,
         const std::vector<py::array>& outputs, std::int64_t count, int threads) {
  std::vector<isobit_input> x;
  std::vector<isobit_output> y;
  for (const py::array& a : inputs) x.push_back({a.data(), a.size(), kind_of(a).value_or(-1)});
  for (py::array a : outputs) y.push_back({a.mutable_data(), a.size(), kind_of(a).value_or(-1)});
  if (threads <= 1) {
    workspace w(p.description());
    const py::gil_scoped_release release;
    p.predict(x, y, count, w);
    return;
  }
  check_sizes(p, x, y, count);
  const py::gil_scoped_release release;
  const auto parts = static_cast<std::size_t>(threads);
  std::vector<isobit_error> errors(parts, isobit_error{ISOBIT_OK, -1, -1, -1});
  std::vector<workspace> memory;
  for (std::size_t i = 0; i < parts; ++i) memory.emplace_back(p.description());
  std::vector<std::thread> others;
  const auto share = [&](std::size_t i) {
    const auto at = [&](std::size_t k) { return count / threads * static_cast<std::int64_t>(k); };
    const std::int64_t last = i + 1 == parts ? count : at(i + 1);
    run_part(p, x, y, at(i), last - at(i), memory[i], errors[i]);
  };
  for (std::size_t i = 1; i < parts; ++i) others.emplace_back(share, i);
  share(0);
  for (std::thread& t : others) t.join();
  for (const isobit_error& e : errors)
    if (e.code != ISOBIT_OK) loading::raise(p.description(), e);
}

// The quick way for what needs no conversion: one C-contiguous float array of the right shape. None
// where it is not, or where the plugin refuses: the long way then tells the user what is wrong.
py::object quick(const plugin& p, const py::handle& given) {
  if (p.n_inputs() != 1 || !py::isinstance<py::array>(given)) return py::none();
  const auto x = py::reinterpret_borrow<py::array>(given);
  const isobit_tensor& in = p.input();
  const auto kind = kind_of(x);
  constexpr int ready = py::array::c_style | py::detail::npy_api::NPY_ARRAY_ALIGNED_;
  if (!kind || *kind == ISOBIT_RAW || (x.flags() & ready) != ready || x.ndim() != in.rank + 1 ||
      !std::equal(in.shape, in.shape + in.rank, x.shape() + 1))
    return py::none();
  const py::ssize_t count = x.shape(0);
  if (count > one_thread) return py::none();
  const isobit_input source = {x.data(), x.size(), *kind};
  std::vector<isobit_output> targets;
  py::list results;
  for (int i = 0; i < p.n_outputs(); ++i) {
    const isobit_tensor& t = p.output(i);
    if (!is_exact_in_double(t.format)) return py::none();
    const bool narrow = is_exact_in_float(t.format);
    py::array y = narrow ? py::array(py::array_t<float>(batch_shape(t, count)))
                         : py::array(py::array_t<double>(batch_shape(t, count)));
    targets.push_back({y.mutable_data(), y.size(), narrow ? ISOBIT_FLOAT32 : ISOBIT_FLOAT64});
    results.append(std::move(y));
  }
  std::int32_t code = ISOBIT_OK;
  const auto predict = [&] {
    loading::with_workspace(p.description(), [&](void* w, std::uint64_t bytes) {
      code = p.description().predict(&source, 1, targets.data(), p.n_outputs(), count, w, bytes,
                                     nullptr);
    });
  };
  if (count < small_batch) {
    predict();
  } else {
    const py::gil_scoped_release release;
    predict();
  }
  if (code != ISOBIT_OK) return py::none();
  return p.n_outputs() == 1 ? py::object(results[0]) : py::object(results);
}

py::dict describe(const isobit_tensor& t) {
  const isobit_format& f = t.format;
  return py::dict(
      py::arg("name") = std::string(t.name),
      py::arg("shape") = py::tuple(py::cast(std::vector<std::int64_t>(t.shape, t.shape + t.rank))),
      py::arg("format") =
          py::make_tuple(f.width, f.frac, f.is_signed != 0, f.rounding, f.overflow));
}

template <class Get>
py::list all_of(int count, Get get) {
  py::list found;
  for (int i = 0; i < count; ++i) found.append(describe(get(i)));
  return found;
}

}  // namespace

void register_plugin(py::module_& m) {
  py::register_exception<plugin_error>(m, "PluginRefused", PyExc_RuntimeError);
  m.def(
      "cpu_has", [](const std::string& feature) { return loading::cpu_has(feature) == 1; },
      py::arg("feature"), "Whether this processor has a feature.");
  m.def(
      "library_fault",
      [](const std::string& path) {
        const loading::open_file file(path);
        return loading::elf_fault(file.number(), file.size());
      },
      py::arg("path"), "What makes a file no shared library, or an empty text.");
  m.attr("plugin_abi") = ISOBIT_PLUGIN_ABI;
  py::class_<plugin>(m, "NativePlugin")
      .def(py::init<const std::string&, const std::string&>(), py::arg("path"),
           py::arg("content_hash") = "")
      .def_property_readonly("name", &plugin::name)
      .def_property_readonly("version", &plugin::version)
      .def_property_readonly("content_hash", &plugin::content_hash)
      .def_property_readonly("isa", &plugin::isa)
      .def_property_readonly("isobit_version", &plugin::isobit_version)
      .def_property_readonly(
          "inputs",
          [](const plugin& p) { return all_of(p.n_inputs(), [&](int i) { return p.input(i); }); })
      .def_property_readonly(
          "outputs",
          [](const plugin& p) { return all_of(p.n_outputs(), [&](int i) { return p.output(i); }); })
      .def("quick", &quick, py::arg("x"))
      .def("run", &run, py::arg("inputs"), py::arg("outputs"), py::arg("count"),
           py::arg("n_threads") = 1);
}

}  // namespace isobit::bindings
