// All that the source of a plugin needs (written by isobit.plugin in Python; C++17 not required).
#ifndef ISOBIT_NATIVE_PROGRAM_HPP
#define ISOBIT_NATIVE_PROGRAM_HPP

#include "isobit/cells.hpp"
#include "isobit/native/contraction.hpp"
#include "isobit/native/convolution.hpp"
#include "isobit/native/elementwise.hpp"
#include "isobit/native/entry.hpp"
#include "isobit/native/graph.hpp"
#include "isobit/native/matrix.hpp"
#include "isobit/native/rows.hpp"
#include "isobit/native/slices.hpp"
#include "isobit/native/thresholds.hpp"
#include "isobit/native/trees.hpp"
#include "isobit/native/windows.hpp"

// The entry point is called before anybody knows whether the processor has the instruction set that
// the rest is compiled for.
#if defined(__x86_64__) && defined(__AVX__)
#define ISOBIT_NATIVE_ANY_PROCESSOR __attribute__((target("no-avx")))
#else
#define ISOBIT_NATIVE_ANY_PROCESSOR
#endif
#define ISOBIT_NATIVE_EXPORT extern "C" __attribute__((visibility("default")))

#endif
