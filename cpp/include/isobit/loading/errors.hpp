// What the loader of plugins throws.
#ifndef ISOBIT_LOADING_ERRORS_HPP
#define ISOBIT_LOADING_ERRORS_HPP

#include <stdexcept>
#include <string>

#include "isobit/plugin.h"

namespace isobit {

// A file that cannot be used as a plugin; the text says why.
struct plugin_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A call that a plugin refused: `details` has the code, and the tensor, sample and element at
// fault.
struct prediction_error : plugin_error {
  prediction_error(const std::string& text, const isobit_error& what)
      : plugin_error(text), details(what) {}
  isobit_error details;
};

}  // namespace isobit

#endif
