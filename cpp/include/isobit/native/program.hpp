// All that the source of a plugin needs (written by isobit.plugin in Python; C++17 not required).
#ifndef ISOBIT_NATIVE_PROGRAM_HPP
#define ISOBIT_NATIVE_PROGRAM_HPP

#include "isobit/cells/affine.hpp"
#include "isobit/cells/argmax.hpp"
#include "isobit/cells/dense.hpp"
#include "isobit/cells/hard.hpp"
#include "isobit/cells/linear.hpp"
#include "isobit/cells/lookup.hpp"
#include "isobit/cells/merge.hpp"
#include "isobit/cells/relu.hpp"
#include "isobit/cells/softmax.hpp"
#include "isobit/native/elementwise.hpp"
#include "isobit/native/entry.hpp"
#include "isobit/native/matrix.hpp"
#include "isobit/native/rows.hpp"

// The entry point is called before anybody knows whether the processor has the instruction set that
// the rest is compiled for.
#if defined(__x86_64__) && defined(__AVX__)
#define ISOBIT_NATIVE_ANY_PROCESSOR __attribute__((target("no-avx")))
#else
#define ISOBIT_NATIVE_ANY_PROCESSOR
#endif
#define ISOBIT_NATIVE_EXPORT extern "C" __attribute__((visibility("default")))

#endif
