// While it lives, this thread's floating-point arithmetic is the standard's default: to nearest,
// with subnormal numbers, without traps. The caller's modes (some frameworks flush subnormals,
// round up or down, or trap) and exception flags are as before afterwards.
//
// Compilers move arithmetic across changes of modes: hold this around calls to functions of other
// translation units only.
#ifndef ISOBIT_ENGINE_DEFAULT_ARITHMETIC_HPP
#define ISOBIT_ENGINE_DEFAULT_ARITHMETIC_HPP

#if defined(__x86_64__)
#include <xmmintrin.h>
#elif !defined(__aarch64__)
#include <cfenv>
#endif

#include <cstdint>

namespace isobit::engine {

class default_arithmetic {
 public:
#if defined(__x86_64__) || defined(__aarch64__)
  // Writing the modes is slow, and they are the default nearly always.
  default_arithmetic() : given_(modes()) {
    if ((given_ & ~flags) != usual) set_modes(usual);
  }
  ~default_arithmetic() {
    if ((given_ & ~flags) != usual) set_modes(given_);
  }
#else
  default_arithmetic() {
    std::feholdexcept(&given_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~default_arithmetic() { std::fesetenv(&given_); }
#endif
  default_arithmetic(const default_arithmetic&) = delete;
  default_arithmetic& operator=(const default_arithmetic&) = delete;

 private:
#if defined(__x86_64__)
  using word = std::uint32_t;
  static constexpr word usual = 0x1f80;  // MXCSR with all exceptions masked
  static constexpr word flags = 0x3f;
  static word modes() { return _mm_getcsr(); }
  static void set_modes(word m) { _mm_setcsr(m); }
  word given_;
#elif defined(__aarch64__)
  using word = std::uint64_t;
  static constexpr word usual = 0;  // FPCR; the flags are another register's
  static constexpr word flags = 0;
  static word modes() {
    word m;
    __asm__ volatile("mrs %0, fpcr" : "=r"(m));
    return m;
  }
  static void set_modes(word m) { __asm__ volatile("msr fpcr, %0" : : "r"(m) : "memory"); }
  word given_;
#else
  std::fenv_t given_;
#endif
};

}  // namespace isobit::engine

#endif
