# isobit_flags: what every target of this repository is compiled with. Never installed: a consumer
# of the headers chooses its own warnings and optimisation.
add_library(isobit_flags INTERFACE)
target_compile_features(isobit_flags INTERFACE cxx_std_17)
target_compile_options(
  isobit_flags
  INTERFACE
    -Wall
    -Wextra
    -Wconversion
    # A fused multiply-add would make the floating-point policies differ between instruction sets.
    -ffp-contract=off
    # Stores whose address GCC 12 computes from zero (loops over integers of two widths) are accesses
    # of a null pointer to it otherwise, and calls of functions with such stores are dropped.
    $<$<CXX_COMPILER_ID:GNU>:-fno-delete-null-pointer-checks>
    $<$<BOOL:${ISOBIT_WERROR}>:-Werror>
)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(ISOBIT_SANITIZE)
  set(sanitize -fsanitize=${ISOBIT_SANITIZE} -fno-omit-frame-pointer)
  if(ISOBIT_SANITIZE MATCHES "undefined")
    # A finding must fail the test that made it, not only print.
    list(APPEND sanitize -fno-sanitize-recover=all)
  endif()
  target_compile_options(isobit_flags INTERFACE ${sanitize} -g)
  target_link_options(isobit_flags INTERFACE ${sanitize})
endif()
