// The `predict` of a plugin: checks what the caller hands over, then carries sample after sample
// through the network.
#ifndef ISOBIT_NATIVE_ENTRY_HPP
#define ISOBIT_NATIVE_ENTRY_HPP

#include "isobit/native/indices.hpp"
#include "isobit/native/output.hpp"
#include "isobit/plugin.h"

namespace isobit {
inline namespace ISOBIT_ISA {
namespace native {

// Tensors in the order of the ABI.
template <class... T>
struct tensors {
  static constexpr int count() { return static_cast<int>(sizeof...(T)); }
};

inline std::int32_t refuse(isobit_error* error, std::int32_t code, int tensor = -1,
                           std::int64_t sample = -1, std::int64_t element = -1) {
  if (error != nullptr) *error = {code, tensor, sample, element};
  return code;
}

inline const char* error_text(std::int32_t code) {
  switch (code) {
    case ISOBIT_OK:
      return "no error";
    case ISOBIT_NULL_POINTER:
      return "a pointer is null";
    case ISOBIT_WRONG_COUNT:
      return "the number of samples is negative";
    case ISOBIT_WRONG_INPUTS:
      return "the number of inputs is not that of the network";
    case ISOBIT_WRONG_OUTPUTS:
      return "the number of outputs is not that of the network";
    case ISOBIT_WRONG_SIZE:
      return "a buffer does not have as many elements as the samples take";
    case ISOBIT_WRONG_KIND:
      return "a buffer is of no known kind (float32, float64, raw)";
    case ISOBIT_NOT_REPRESENTABLE:
      return "an output has more bits than this kind of float holds; take float64 or raws";
    case ISOBIT_SMALL_WORKSPACE:
      return "the workspace is smaller than workspace_bytes";
    case ISOBIT_MISALIGNED:
      return "a workspace or a buffer is not aligned";
    case ISOBIT_NOT_FINITE:
      return "an input holds NaN or an infinity, which fixed-point numbers cannot represent";
    case ISOBIT_OUT_OF_RANGE:
      return "a raw is out of the range of its format";
    case ISOBIT_WRONG_INDEX:
      return "an index or a length is negative, too large or not an integer";
    default:
      return "unknown error code";
  }
}

constexpr int bytes_of_kind(std::int32_t kind) { return kind == ISOBIT_FLOAT32 ? 4 : 8; }

// A code for what is wrong with one buffer, whatever the values.
template <class Buffer>
std::int32_t check_buffer(const Buffer& b, std::int64_t count, std::int64_t size) {
  if (b.kind < ISOBIT_FLOAT32 || b.kind > ISOBIT_RAW) return ISOBIT_WRONG_KIND;
  if (b.elements < 0 || b.elements % size != 0 || b.elements / size != count)
    return ISOBIT_WRONG_SIZE;
  if (count == 0) return ISOBIT_OK;
  if (b.data == nullptr) return ISOBIT_NULL_POINTER;
  const auto address = reinterpret_cast<std::uintptr_t>(b.data);
  return address % static_cast<std::uintptr_t>(bytes_of_kind(b.kind)) != 0 ? ISOBIT_MISALIGNED
                                                                           : ISOBIT_OK;
}

// The elements of one sample; the code where one is refused, and its number.
template <class X, class Input, class S>
std::int32_t read_elements(const S* x, unsigned char* w, std::int32_t refused, int& element) {
  element = Input::read(x, w);
  if (element >= 0) return refused;
  element = index_check<X>::first_wrong(x);
  return element < 0 ? ISOBIT_OK : ISOBIT_WRONG_INDEX;
}

template <class X>
std::int32_t read_sample(const isobit_input& in, std::int64_t sample, unsigned char* w,
                         int& element) {
  const std::int64_t first = sample * X::size();
  if (in.kind == ISOBIT_RAW)
    return read_elements<X, raw_input<X>>(static_cast<const std::int64_t*>(in.data) + first, w,
                                          ISOBIT_OUT_OF_RANGE, element);
  if (in.kind == ISOBIT_FLOAT32)
    return read_elements<X, float_input<X, float>>(static_cast<const float*>(in.data) + first, w,
                                                   ISOBIT_NOT_FINITE, element);
  return read_elements<X, float_input<X, double>>(static_cast<const double*>(in.data) + first, w,
                                                  ISOBIT_NOT_FINITE, element);
}

template <class Y>
void write_sample(const isobit_output& out, std::int64_t sample, unsigned char* w) {
  const std::int64_t first = sample * Y::size();
  if (out.kind == ISOBIT_RAW)
    raw_output<Y>::write(w, static_cast<std::int64_t*>(out.data) + first);
  else if (out.kind == ISOBIT_FLOAT32)
    float_output<Y, float>::write(w, static_cast<float*>(out.data) + first);
  else
    float_output<Y, double>::write(w, static_cast<double*>(out.data) + first);
}

template <class... X>
std::int32_t check_inputs(tensors<X...>, const isobit_input* in, std::int64_t count,
                          isobit_error* error) {
  const std::int64_t sizes[] = {X::size()...};
  for (int i = 0; i < static_cast<int>(sizeof...(X)); ++i) {
    const std::int32_t code = check_buffer(in[i], count, sizes[i]);
    if (code != ISOBIT_OK) return refuse(error, code, i);
  }
  return ISOBIT_OK;
}

template <class... Y>
std::int32_t check_outputs(tensors<Y...>, const isobit_output* out, std::int64_t count,
                           isobit_error* error) {
  const std::int64_t sizes[] = {Y::size()...};
  const bool exact[2][sizeof...(Y)] = {{fits_float<typename Y::format_type>()...},
                                       {fits_double<typename Y::format_type>()...}};
  for (int i = 0; i < static_cast<int>(sizeof...(Y)); ++i) {
    const std::int32_t code = check_buffer(out[i], count, sizes[i]);
    if (code != ISOBIT_OK) return refuse(error, code, i);
    if (out[i].kind != ISOBIT_RAW && !exact[out[i].kind == ISOBIT_FLOAT64 ? 1 : 0][i])
      return refuse(error, ISOBIT_NOT_REPRESENTABLE, i);
  }
  return ISOBIT_OK;
}

template <class... X>
std::int32_t read_all(tensors<X...>, const isobit_input* in, std::int64_t sample, unsigned char* w,
                      isobit_error* error) {
  std::int32_t code = ISOBIT_OK;
  int i = 0, element = -1;
  const int read[] = {
      code != ISOBIT_OK ? 0 : (code = read_sample<X>(in[i], sample, w, element), ++i)...};
  static_cast<void>(read);
  return code == ISOBIT_OK ? code : refuse(error, code, i - 1, sample, element);
}

template <class... Y>
void write_all(tensors<Y...>, const isobit_output* out, std::int64_t sample, unsigned char* w) {
  int i = 0;
  const int written[] = {(write_sample<Y>(out[i], sample, w), ++i)...};
  static_cast<void>(written);
}

// Network: `inputs` and `outputs` (tensors<...>), workspace_bytes(), workspace_alignment(), run(w).
template <class Network>
std::int32_t predict(const isobit_input* in, std::int32_t n_in, const isobit_output* out,
                     std::int32_t n_out, std::int64_t count, void* workspace,
                     std::uint64_t workspace_bytes, isobit_error* error) {
  using inputs = typename Network::inputs;
  using outputs = typename Network::outputs;
  if (in == nullptr || out == nullptr || workspace == nullptr)
    return refuse(error, ISOBIT_NULL_POINTER);
  if (count < 0) return refuse(error, ISOBIT_WRONG_COUNT);
  if (n_in != inputs::count()) return refuse(error, ISOBIT_WRONG_INPUTS);
  if (n_out != outputs::count()) return refuse(error, ISOBIT_WRONG_OUTPUTS);
  if (workspace_bytes < Network::workspace_bytes()) return refuse(error, ISOBIT_SMALL_WORKSPACE);
  if (reinterpret_cast<std::uintptr_t>(workspace) % Network::workspace_alignment() != 0)
    return refuse(error, ISOBIT_MISALIGNED);
  std::int32_t code = check_inputs(inputs(), in, count, error);
  if (code == ISOBIT_OK) code = check_outputs(outputs(), out, count, error);
  unsigned char* const w = static_cast<unsigned char*>(workspace);
  for (std::int64_t sample = 0; code == ISOBIT_OK && sample < count; ++sample) {
    code = read_all(inputs(), in, sample, w, error);
    if (code != ISOBIT_OK) return code;
    Network::run(w);
    write_all(outputs(), out, sample, w);
  }
  return code;
}

}  // namespace native
}  // namespace ISOBIT_ISA
}  // namespace isobit

#endif
