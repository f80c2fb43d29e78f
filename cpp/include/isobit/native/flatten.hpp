// All that a schedule calls is inlined into it. A build with sanitizers does without: it would cost
// minutes of compilation.
#ifndef ISOBIT_NATIVE_FLATTEN_HPP
#define ISOBIT_NATIVE_FLATTEN_HPP

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ISOBIT_NATIVE_FLATTEN
#else
#define ISOBIT_NATIVE_FLATTEN __attribute__((flatten))
#endif

#endif
