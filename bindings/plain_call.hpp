// The shortest way from Python to the engine, for the call that nearly everybody makes: one array,
// as the engine reads it, and new arrays as the result.
#ifndef ISOBIT_BINDINGS_PLAIN_CALL_HPP
#define ISOBIT_BINDINGS_PLAIN_CALL_HPP

#include <pybind11/numpy.h>

#include <vector>

namespace isobit::bindings {

using extents = std::vector<pybind11::ssize_t>;

// A Python function of one argument. For a C-contiguous, aligned numpy.ndarray (no subclass) of
// native float32 or float64 and of the shape (n, *sample), n > 0, it returns the values of the
// tensors `which`, of the shapes (n, *shapes[i]): an array, or a list of several. For everything
// else, for values that are not finite, and for work that would pay for a second thread
// (`most_work` multiplications) it returns None, and the caller goes the general way, which has
// all the checks and messages. `owner` is the Python object of a program with one input.
pybind11::object make_plain_call(const pybind11::object& owner, const extents& sample,
                                 const std::vector<int>& which, const std::vector<extents>& shapes,
                                 double most_work);

}  // namespace isobit::bindings

#endif
