// isobit._core: the prebuilt engine. Private; users see the Python package on top of it.
#include <pybind11/stl.h>

#include <map>

#include "engine/description.hpp"
#include "engine/isa_kernels.hpp"
#include "register.hpp"

PYBIND11_MODULE(_core, m) {
  m.doc() = "The prebuilt engine of isobit.";
  isobit::bindings::register_plugin(m);
  isobit::bindings::register_program(m);
  isobit::bindings::register_timing(m);
  m.def(
      "isas",
      [] {
        const isobit::engine::isa_kernels* const* best_first = nullptr;
        const int size = isobit::engine::usable_isas(best_first);
        pybind11::list names;
        for (int i = 0; i < size; ++i) names.append(best_first[i]->name);
        return names;
      },
      "Instruction sets that this processor has, best first.");
  m.def(
      "cells",
      [] {
        std::map<std::string, std::string> all;
        for (const auto& [cell, schedule] : isobit::engine::cell_schedules()) all[cell] = schedule;
        return all;
      },
      "Every cell and the name of its schedule.");
}
