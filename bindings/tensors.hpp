// What several bindings ask about the tensors of a network.
#ifndef ISOBIT_BINDINGS_TENSORS_HPP
#define ISOBIT_BINDINGS_TENSORS_HPP

#include <stdexcept>
#include <string>

#include "engine/description.hpp"

namespace isobit::bindings {

// float32 holds every value of the format.
inline bool fits_float32(const dyn& f) { return f.width() <= 24 && f.width() - f.frac() <= 127; }

// Throws std::invalid_argument.
inline const engine::tensor& tensor_of(const engine::description& net, int id) {
  if (id < 0 || id >= static_cast<int>(net.tensors.size()))
    throw std::invalid_argument("there is no tensor " + std::to_string(id));
  return net.tensors[static_cast<std::size_t>(id)];
}

}  // namespace isobit::bindings

#endif
