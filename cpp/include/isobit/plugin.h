/* The C ABI of an isobit plugin: one network as a shared library.
 *
 * A plugin exports one symbol, ISOBIT_PLUGIN_ENTRY. It returns a description that never changes and
 * is valid as long as the library is loaded. Read `abi_version` before anything else, compare it
 * with ISOBIT_PLUGIN_ABI, then check `cpu_features`: only these two and the entry point itself are
 * safe to touch on any processor. isobit/plugin.hpp does all of it for C++.
 *
 * `predict` may be called from any number of threads at once, each with a workspace of its own. It
 * keeps no state, allocates nothing, opens nothing and throws nothing; where it refuses, it returns
 * a code, tells more in `error`, and has written to no output but those of samples before the one
 * at fault.
 */
#ifndef ISOBIT_PLUGIN_H
#define ISOBIT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with every change to this file that an older reader would misunderstand. */
#ifndef ISOBIT_PLUGIN_ABI
#define ISOBIT_PLUGIN_ABI 1
#endif

#define ISOBIT_PLUGIN_ENTRY isobit_plugin_entry
#define ISOBIT_PLUGIN_ENTRY_NAME "isobit_plugin_entry"

/* value = raw * 2^-frac; the codes of `rounding` (TRN, TRN_ZERO, RND, RND_ZERO, RND_INF,
 * RND_MIN_INF, RND_CONV) and `overflow` (WRAP, SAT, SAT_SYM, SAT_ZERO, WRAP_SM,
 * PM1: raws are -1 and 1) count from 0. */
typedef struct isobit_format {
  int32_t width;
  int32_t frac;
  int32_t is_signed;
  int32_t rounding;
  int32_t overflow;
} isobit_format;

/* An input or an output. One sample has `size` elements, in C order of `shape`. */
typedef struct isobit_tensor {
  const char* name; /* UTF-8 */
  isobit_format format;
  int32_t rank;
  const int64_t* shape; /* without the batch axis */
  int64_t size;
} isobit_tensor;

/* What a buffer holds. Raws of a 64-bit unsigned format are passed as their bit patterns. */
enum { ISOBIT_FLOAT32 = 0, ISOBIT_FLOAT64 = 1, ISOBIT_RAW = 2 /* int64_t */ };

/* A buffer of the caller: count * size elements, sample after sample. */
typedef struct isobit_input {
  const void* data;
  int64_t elements;
  int32_t kind;
} isobit_input;

typedef struct isobit_output {
  void* data;
  int64_t elements;
  int32_t kind;
} isobit_output;

enum {
  ISOBIT_OK = 0,
  ISOBIT_NULL_POINTER = 1,
  ISOBIT_WRONG_COUNT = 2,       /* a negative number of samples */
  ISOBIT_WRONG_INPUTS = 3,      /* not as many inputs as the network has */
  ISOBIT_WRONG_OUTPUTS = 4,     /* not as many outputs as the network has */
  ISOBIT_WRONG_SIZE = 5,        /* a buffer does not have count * size elements */
  ISOBIT_WRONG_KIND = 6,        /* no such kind of element */
  ISOBIT_NOT_REPRESENTABLE = 7, /* the output's format has values that this kind rounds */
  ISOBIT_SMALL_WORKSPACE = 8,   /* fewer bytes than workspace_bytes */
  ISOBIT_MISALIGNED = 9,        /* a workspace or buffer at an address that its type forbids */
  ISOBIT_NOT_FINITE = 10,       /* an input holds NaN or an infinity */
  ISOBIT_OUT_OF_RANGE = 11,     /* a raw is out of the range of its format */
  ISOBIT_WRONG_INDEX = 12       /* an index or a length is not one of the integers that it may be */
};

/* Written where `predict` refuses: the number of the input or output, and the first sample and
 * element at fault; -1 where it does not apply. */
typedef struct isobit_error {
  int32_t code;
  int32_t tensor;
  int64_t sample;
  int64_t element;
} isobit_error;

typedef struct isobit_plugin {
  int32_t abi_version;
  uint32_t struct_size;     /* sizeof(isobit_plugin) of the plugin */
  const char* cpu_features; /* comma-separated, as gcc's __builtin_cpu_supports names them */
  const char* isa;          /* name of the instruction set */
  const char* name;         /* of the network */
  const char* version;      /* of the network, given by whoever compiled it */
  const char* content_hash; /* SHA-256 of all that decides the results */
  const char* isobit_version;
  int32_t n_inputs;
  int32_t n_outputs;
  const isobit_tensor* inputs;
  const isobit_tensor* outputs;
  uint64_t workspace_bytes;
  uint64_t workspace_alignment;

  /* Runs `count` samples (0 is allowed). `workspace` belongs to this call alone. `error` may be
   * null. Buffers of outputs overlap nothing. */
  int32_t (*predict)(const isobit_input* inputs, int32_t n_inputs, const isobit_output* outputs,
                     int32_t n_outputs, int64_t count, void* workspace, uint64_t workspace_bytes,
                     isobit_error* error);
  /* What a code means; never null. */
  const char* (*error_text)(int32_t code);
} isobit_plugin;

typedef const isobit_plugin* (*isobit_plugin_entry_function)(void);

#ifdef __cplusplus
}
#endif

#endif
