// Code that is built once per instruction set lives in an inline namespace named after it, so that
// the linker never merges inline functions of two instruction sets. Everybody else sees `isobit::`.
#ifndef ISOBIT_ISA_HPP
#define ISOBIT_ISA_HPP

#ifndef ISOBIT_ISA
#define ISOBIT_ISA generic
#endif

#endif
