// What compilers say about the vendors' headers, which are not ours to change, is not said while
// ISOBIT_VENDOR_QUIET is in force.
#ifndef ISOBIT_HLS_VENDOR_QUIET_HPP
#define ISOBIT_HLS_VENDOR_QUIET_HPP

#if defined(__clang__)
#define ISOBIT_VENDOR_QUIET \
  _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Weverything\"")
#define ISOBIT_VENDOR_DONE _Pragma("clang diagnostic pop")
#elif defined(__GNUC__)
#define ISOBIT_VENDOR_QUIET                                                                  \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wall\"") _Pragma(        \
      "GCC diagnostic ignored \"-Wextra\"") _Pragma("GCC diagnostic ignored \"-Wpedantic\"") \
      _Pragma("GCC diagnostic ignored \"-Wconversion\"")                                     \
          _Pragma("GCC diagnostic ignored \"-Wsign-conversion\"")                            \
              _Pragma("GCC diagnostic ignored \"-Wint-in-bool-context\"")                    \
                  _Pragma("GCC diagnostic ignored \"-Wuninitialized\"")                      \
                      _Pragma("GCC diagnostic ignored \"-Wmaybe-uninitialized\"")            \
                          _Pragma("GCC diagnostic ignored \"-Wdeprecated-copy\"")            \
                              _Pragma("GCC diagnostic ignored \"-Wunused-parameter\"")       \
                                  _Pragma("GCC diagnostic ignored \"-Wunused-but-set-parameter\"")
#define ISOBIT_VENDOR_DONE _Pragma("GCC diagnostic pop")
#else
#define ISOBIT_VENDOR_QUIET
#define ISOBIT_VENDOR_DONE
#endif

#endif
