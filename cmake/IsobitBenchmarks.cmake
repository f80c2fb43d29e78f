# Each benchmarks/<name>.cpp is one executable; Eigen is their float reference.
find_package(IsobitEigen REQUIRED)

file(GLOB ISOBIT_BENCHMARK_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/benchmarks/*.cpp")
foreach(source IN LISTS ISOBIT_BENCHMARK_SOURCES)
  cmake_path(GET source STEM name)
  add_executable(${name} "${source}")
  target_compile_definitions(${name} PRIVATE ISOBIT_ISA=generic)
  # Eigen chooses its instructions when it is compiled, the engine when it runs: only this compares like with like.
  # g++ 12 takes its own intrinsics for uninitialized (GCC bug 105593).
  target_compile_options(${name} PRIVATE -march=native $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_libraries(${name} PRIVATE isobit_engine isobit_flags Eigen3::Eigen)
endforeach()
