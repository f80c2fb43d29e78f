// Siemens Catapult: pragmas stand in front of loops and functions; memories and ports are chosen by
// directives of the project.
#ifndef ISOBIT_HLS_DIALECT_CATAPULT_HPP
#define ISOBIT_HLS_DIALECT_CATAPULT_HPP

#define ISOBIT_HLS_UNROLL_NEXT ISOBIT_HLS_DO(hls_unroll yes)
#define ISOBIT_HLS_UNROLL
#define ISOBIT_HLS_PIPELINE_NEXT ISOBIT_HLS_DO(hls_pipeline_init_interval 1)
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
