# Each benchmarks/<name>.cpp is one executable; Eigen is their float reference.
find_package(IsobitEigen REQUIRED)

file(GLOB ISOBIT_BENCHMARK_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/benchmarks/*.cpp")
foreach(source IN LISTS ISOBIT_BENCHMARK_SOURCES)
  cmake_path(GET source STEM name)
  add_executable(${name} "${source}")
  target_compile_definitions(${name} PRIVATE ISOBIT_ISA=generic)
  target_link_libraries(${name} PRIVATE isobit_engine isobit_flags Eigen3::Eigen)
endforeach()
