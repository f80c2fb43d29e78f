#include "plain_call.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "engine/program.hpp"
#include "tensors.hpp"

namespace py = pybind11;

namespace isobit::bindings {

namespace {

using engine::element;
using engine::program;

// Multiplications that take a few microseconds. A call that does less keeps the interpreter to
// itself: to let it go and take it back would cost a noticeable part of that.
constexpr double work_with_gil = 1 << 16;

struct result {
  int tensor;
  element kind;
  py::dtype type;
  extents shape;  // without the number of samples
};

// All that a call needs, looked up once. Never changes, so that threads may share it.
struct plain_call {
  py::object owner;  // keeps the program alive
  const program* engine = nullptr;
  extents sample;
  std::vector<result> results;
  double most_work = 0;
  py::object ndarray = py::module_::import("numpy").attr("ndarray");
  py::dtype f32 = py::dtype::of<float>();
  py::dtype f64 = py::dtype::of<double>();
};

bool has_shape(const py::array& x, const extents& sample) {
  if (x.ndim() != static_cast<py::ssize_t>(sample.size()) + 1) return false;
  for (std::size_t i = 0; i < sample.size(); ++i)
    if (x.shape()[i + 1] != sample[i]) return false;
  return true;
}

py::object call_engine(const plain_call& call, py::handle argument) {
  if (!py::type::handle_of(argument).is(call.ndarray)) return py::none();
  const auto x = py::reinterpret_borrow<py::array>(argument);
  const py::dtype type = x.dtype();
  const bool narrow = type.is(call.f32);
  if (!(narrow || type.is(call.f64)) || !(x.flags() & py::array::c_style) ||
      !has_shape(x, call.sample))
    return py::none();
  if (reinterpret_cast<std::uintptr_t>(x.data()) % (narrow ? alignof(float) : alignof(double)) != 0)
    return py::none();
  const py::ssize_t count = x.shape(0);
  const double work = static_cast<double>(count) * call.engine->work();
  if (count == 0 || work >= call.most_work) return py::none();

  std::vector<py::array> arrays;
  std::vector<engine::sink> sinks;
  arrays.reserve(call.results.size());
  sinks.reserve(call.results.size());
  for (const result& y : call.results) {
    extents shape = {count};
    shape.insert(shape.end(), y.shape.begin(), y.shape.end());
    arrays.emplace_back(y.type, std::move(shape));
    sinks.push_back({y.tensor, y.kind, arrays.back().mutable_data()});
  }
  const std::vector<engine::source> sources = {{narrow ? element::f32 : element::f64, x.data()}};
  if (work < work_with_gil) {
    call.engine->run(sources, count, sinks, {});
  } else {
    const py::gil_scoped_release release;
    call.engine->run(sources, count, sinks, {});
  }
  if (arrays.size() == 1) return std::move(arrays[0]);
  py::list all;
  for (py::array& array : arrays) all.append(std::move(array));
  return std::move(all);
}

constexpr const char* capsule_name = "isobit.plain_call";

// A plain function of CPython: pybind11's dispatch would cost more than all of the above.
PyObject* function(PyObject* self, PyObject* argument) {
  try {
    const auto* call = static_cast<const plain_call*>(PyCapsule_GetPointer(self, capsule_name));
    return call_engine(*call, argument).release().ptr();
  } catch (const engine::not_finite&) {
    return py::none().release().ptr();  // the general way says where
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

PyMethodDef method = {"plain_call", function, METH_O, "Values for a plain array, or None."};

}  // namespace

py::object make_plain_call(const py::object& owner, const extents& sample,
                           const std::vector<int>& which, const std::vector<extents>& shapes,
                           double most_work) {
  auto call = std::make_unique<plain_call>();
  call->owner = owner;
  call->engine = owner.cast<const program*>();
  call->sample = sample;
  call->most_work = most_work;
  const engine::description& net = call->engine->network();
  const auto size_of = [](const extents& shape) {
    py::ssize_t size = 1;
    for (py::ssize_t n : shape) size *= n;
    return size;
  };
  if (net.inputs.size() != 1 || which.size() != shapes.size() ||
      size_of(sample) != net.tensors[static_cast<std::size_t>(net.inputs[0])].size)
    throw std::invalid_argument("a plain call has one input, and a shape for every tensor");
  for (std::size_t i = 0; i < which.size(); ++i) {
    const engine::tensor& t = tensor_of(net, which[i]);
    if (size_of(shapes[i]) != t.size)
      throw std::invalid_argument("a shape does not fit its tensor");
    const bool narrow = fits_float32(t.format);
    call->results.push_back({which[i], narrow ? element::f32 : element::f64,
                             narrow ? call->f32 : call->f64, shapes[i]});
  }
  const py::capsule self(call.get(), capsule_name,
                         [](void* p) { delete static_cast<plain_call*>(p); });
  call.release();
  PyObject* made = PyCFunction_New(&method, self.ptr());
  if (made == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(made);
}

}  // namespace isobit::bindings
