// Everything that a synthesis tool is told besides C++. Each vendor has a dialect of it here, and
// nothing else in isobit contains a pragma. For a compiler that builds a C simulation all of it is
// nothing.
//
// Another tool: a header that defines the same macros, named by ISOBIT_HLS_DIALECT.
//
//   ISOBIT_HLS_UNROLL_NEXT      in front of a loop \ both, because vendors differ in
//   ISOBIT_HLS_UNROLL           inside of it       / where they look
//   ISOBIT_HLS_PIPELINE_NEXT    in front of a loop that begins a pass in each cycle; and inside
//   ISOBIT_HLS_PIPELINE(ii)     of it; or in a function that may be called every `ii` cycles
//   ISOBIT_HLS_INLINE           in a function that is part of its caller
//   ISOBIT_HLS_DATAFLOW         in a function whose calls work at the same time, on many samples
//   ISOBIT_HLS_MULTIPLIERS(n)   in a function that has no more than n
//   ISOBIT_HLS_REGISTERS(a)     array `a` is registers, not a memory
//   ISOBIT_HLS_WORDS(a, n)      n neighbouring elements of array `a` are read at a time
//   ISOBIT_HLS_LINES(a)         the rows of array `a` are memories of their own
//   ISOBIT_HLS_FIFO(a, n)       stream `a` holds n words before its writer waits
//   ISOBIT_HLS_FIFO_PORT(a)     a port that is a FIFO of words
//   ISOBIT_HLS_ARRAYS(a)        a port whose elements are all there at once
//   ISOBIT_HLS_HANDSHAKE(a)     the same with a handshake
//   ISOBIT_HLS_AXI_STREAM(a)    a port whose elements come one after the other over AXI4-Stream
//   ISOBIT_HLS_BLOCK_CONTROL    in the top function: started and finished by handshakes
#ifndef ISOBIT_HLS_PRAGMA_HPP
#define ISOBIT_HLS_PRAGMA_HPP

#define ISOBIT_HLS_DO(words) _Pragma(#words)

#if defined(ISOBIT_HLS_DIALECT)
#include ISOBIT_HLS_DIALECT
#elif defined(__VITIS_HLS__) || defined(__VIVADO_HLS__)
#include "dialect/vitis.hpp"
#elif defined(ISOBIT_HLS_CATAPULT) || defined(__CATAPULT__)
#include "dialect/catapult.hpp"
#elif defined(__BAMBU__)
#include "dialect/bambu.hpp"
#else
#include "dialect/none.hpp"
#endif

#endif
