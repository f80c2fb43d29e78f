// Bambu: loops stay loops, whose cells are scheduled one after the other, because its time grows
// fast with unrolled code. ISOBIT_HLS_UNROLL_LOOPS lets its clang unroll what schedules unroll.
#ifndef ISOBIT_HLS_DIALECT_BAMBU_HPP
#define ISOBIT_HLS_DIALECT_BAMBU_HPP

#if defined(ISOBIT_HLS_UNROLL_LOOPS)
#define ISOBIT_HLS_UNROLL_NEXT ISOBIT_HLS_DO(clang loop unroll(full))
#else
#define ISOBIT_HLS_UNROLL_NEXT
#endif
#define ISOBIT_HLS_UNROLL
#define ISOBIT_HLS_PIPELINE_NEXT
#define ISOBIT_HLS_PIPELINE(ii)
#define ISOBIT_HLS_INLINE
#define ISOBIT_HLS_DATAFLOW
#define ISOBIT_HLS_MULTIPLIERS(n) static_cast<void>(n);
#define ISOBIT_HLS_REGISTERS(a)
#define ISOBIT_HLS_WORDS(a, n)
#define ISOBIT_HLS_LINES(a)
#define ISOBIT_HLS_FIFO(a, n)
#define ISOBIT_HLS_FIFO_PORT(a)
#define ISOBIT_HLS_ARRAYS(a)
#define ISOBIT_HLS_HANDSHAKE(a)
#define ISOBIT_HLS_AXI_STREAM(a)
#define ISOBIT_HLS_BLOCK_CONTROL

#endif
