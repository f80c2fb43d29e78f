// AMD Vitis HLS (and Vivado HLS): pragmas stand inside of loops and functions. Parameters of macros
// are called like no word of a pragma.
#ifndef ISOBIT_HLS_DIALECT_VITIS_HPP
#define ISOBIT_HLS_DIALECT_VITIS_HPP

#define ISOBIT_HLS_UNROLL_NEXT
#define ISOBIT_HLS_UNROLL ISOBIT_HLS_DO(HLS unroll)
#define ISOBIT_HLS_PIPELINE_NEXT
#define ISOBIT_HLS_PIPELINE(ii) ISOBIT_HLS_DO(HLS pipeline II = ii)
#define ISOBIT_HLS_INLINE ISOBIT_HLS_DO(HLS inline)
#define ISOBIT_HLS_DATAFLOW ISOBIT_HLS_DO(HLS dataflow)
#define ISOBIT_HLS_MULTIPLIERS(n)                                   \
  ISOBIT_HLS_DO(HLS allocation operation instances = mul limit = n) \
  static_cast<void>(n);
#define ISOBIT_HLS_REGISTERS(a) ISOBIT_HLS_DO(HLS array_partition variable = a complete dim = 0)
#define ISOBIT_HLS_WORDS(a, n) ISOBIT_HLS_DO(HLS array_reshape variable = a cyclic factor = n)
#define ISOBIT_HLS_LINES(a) ISOBIT_HLS_DO(HLS array_partition variable = a complete dim = 1)
#define ISOBIT_HLS_FIFO(a, n) ISOBIT_HLS_DO(HLS stream variable = a depth = n)
#define ISOBIT_HLS_FIFO_PORT(a) ISOBIT_HLS_DO(HLS interface mode = ap_fifo port = a)
#define ISOBIT_HLS_ARRAYS(a)                                     \
  ISOBIT_HLS_DO(HLS array_reshape variable = a complete dim = 0) \
  ISOBIT_HLS_DO(HLS interface mode = ap_vld port = a)
#define ISOBIT_HLS_HANDSHAKE(a)                                  \
  ISOBIT_HLS_DO(HLS array_reshape variable = a complete dim = 0) \
  ISOBIT_HLS_DO(HLS interface mode = ap_hs port = a)
#define ISOBIT_HLS_AXI_STREAM(a) ISOBIT_HLS_DO(HLS interface mode = axis port = a)
#define ISOBIT_HLS_BLOCK_CONTROL ISOBIT_HLS_DO(HLS interface mode = ap_ctrl_hs port = return)

#endif
