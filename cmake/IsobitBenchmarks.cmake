# Each benchmarks/<name>.cpp becomes one executable for every instruction set of the engine, <name>_<isa>. Eigen,
# their float reference, chooses its instructions when it is compiled, so that only this compares like with like.
find_package(IsobitEigen REQUIRED)

set(ISOBIT_BENCHMARK_ISAS generic)
if(ISOBIT_PROCESSOR MATCHES "^(x86_64|amd64)$")
  list(APPEND ISOBIT_BENCHMARK_ISAS avx2 avx512 avx512vnni)
  # Every processor with AVX-512 has it, and Eigen insists.
  list(APPEND ISOBIT_ISA_FLAGS_avx512 -mfma)
  list(APPEND ISOBIT_ISA_FLAGS_avx512vnni -mfma)
endif()

file(GLOB ISOBIT_BENCHMARK_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/benchmarks/*.cpp")
foreach(source IN LISTS ISOBIT_BENCHMARK_SOURCES)
  foreach(isa IN LISTS ISOBIT_BENCHMARK_ISAS)
    cmake_path(GET source STEM name)
    set(name "${name}_${isa}")
    add_executable(${name} "${source}")
    target_compile_definitions(${name} PRIVATE ISOBIT_ISA=generic ISOBIT_BENCHMARK_ISA="${isa}")
    # g++ 12 takes its own intrinsics for uninitialized (GCC bug 105593).
    target_compile_options(
      ${name}
      PRIVATE ${ISOBIT_ISA_FLAGS_${isa}} $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
    )
    target_link_libraries(${name} PRIVATE isobit_engine isobit_flags Eigen3::Eigen)
  endforeach()
endforeach()
