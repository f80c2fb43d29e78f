// What each register_*.cpp adds to the private module isobit._core.
#ifndef ISOBIT_BINDINGS_REGISTER_HPP
#define ISOBIT_BINDINGS_REGISTER_HPP

#include <pybind11/pybind11.h>

#include "engine/description.hpp"

namespace isobit::bindings {

// Reads the dictionary of python/isobit/backends/engine.py; throws std::invalid_argument.
engine::description read_description(const pybind11::dict& spec);

void register_plugin(pybind11::module_& m);
void register_program(pybind11::module_& m);
void register_timing(pybind11::module_& m);

}  // namespace isobit::bindings

#endif
