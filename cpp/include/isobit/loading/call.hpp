// One call of a plugin: buffers of the caller's types, the memory that it works in, and exceptions
// for its error codes.
#ifndef ISOBIT_LOADING_CALL_HPP
#define ISOBIT_LOADING_CALL_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>

#include "isobit/loading/errors.hpp"

namespace isobit {

// Memory for one call at a time of any network that needs no more than `like` does.
class workspace {
 public:
  explicit workspace(const isobit_plugin& like)
      : memory_(new unsigned char[like.workspace_bytes + like.workspace_alignment]),
        bytes_(like.workspace_bytes) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
    const std::uintptr_t alignment = like.workspace_alignment;
    first_ = memory_.get() + (alignment - address % alignment) % alignment;
  }
  void* data() { return first_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::unique_ptr<unsigned char[]> memory_;
  unsigned char* first_;
  std::uint64_t bytes_;
};

namespace loading {

constexpr std::uint64_t stack_alignment = 64;

template <std::size_t Bytes, class F>
__attribute__((noinline)) void on_stack(F&& f) {
  alignas(stack_alignment) unsigned char memory[Bytes];
  f(static_cast<void*>(memory), static_cast<std::uint64_t>(Bytes));
}

// f(memory, bytes), on the stack up to 64 KiB (in two sizes, since compilers touch every page of
// a large frame).
template <class F>
void with_workspace(const isobit_plugin& p, F&& f) {
  if (p.workspace_bytes <= 3840 && p.workspace_alignment <= stack_alignment)
    on_stack<3840>(f);
  else if (p.workspace_bytes <= 65536 && p.workspace_alignment <= stack_alignment)
    on_stack<65536>(f);
  else {
    workspace w(p);
    f(w.data(), w.bytes());
  }
}

template <class T>
constexpr std::int32_t kind_of() {
  static_assert(std::is_same<T, float>::value || std::is_same<T, double>::value ||
                    std::is_same<T, std::int64_t>::value,
                "buffers hold float, double or std::int64_t (raws)");
  return std::is_same<T, float>::value    ? ISOBIT_FLOAT32
         : std::is_same<T, double>::value ? ISOBIT_FLOAT64
                                          : ISOBIT_RAW;
}

template <class C>
isobit_input input_of(const C& c) {
  using element = std::remove_const_t<std::remove_pointer_t<decltype(c.data())>>;
  return {c.data(), static_cast<std::int64_t>(c.size()), kind_of<element>()};
}
template <class T, std::size_t N>
isobit_input input_of(const T (&c)[N]) {
  return {c, static_cast<std::int64_t>(N), kind_of<T>()};
}
template <class C>
isobit_output output_of(C& c) {
  using element = std::remove_pointer_t<decltype(c.data())>;
  return {c.data(), static_cast<std::int64_t>(c.size()), kind_of<element>()};
}
template <class T, std::size_t N>
isobit_output output_of(T (&c)[N]) {
  return {c, static_cast<std::int64_t>(N), kind_of<T>()};
}

[[noreturn]] inline void raise(const isobit_plugin& p, const isobit_error& e) {
  std::string text = std::string("plugin '") + p.name + "': " + p.error_text(e.code);
  const bool of_output = e.code == ISOBIT_NOT_REPRESENTABLE;
  if (e.tensor >= 0) text += " (number " + std::to_string(e.tensor);
  if (e.tensor >= 0 && e.sample >= 0 && !of_output)
    text += std::string(", input '") + p.inputs[e.tensor].name + "', sample " +
            std::to_string(e.sample) + ", element " + std::to_string(e.element);
  if (e.tensor >= 0) text += ")";
  throw prediction_error(text, e);
}

inline void call(const isobit_plugin& p, const isobit_input* x, int n_inputs,
                 const isobit_output* y, int n_outputs, std::int64_t count, void* memory,
                 std::uint64_t bytes) {
  isobit_error error = {ISOBIT_OK, -1, -1, -1};
  if (p.predict(x, n_inputs, y, n_outputs, count, memory, bytes, &error) != ISOBIT_OK)
    raise(p, error);
}

}  // namespace loading
}  // namespace isobit

#endif
