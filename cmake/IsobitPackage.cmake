# The header-only target isobit::isobit and the files that make find_package(isobit) work after installation.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# Inside a wheel the C++ package is a subtree of the Python package, so that a plugin can be built
# against the headers the engine was built from: <site-packages>/isobit is then a CMake prefix.
if(DEFINED SKBUILD)
  set(ISOBIT_INCLUDE_DIR "isobit/${CMAKE_INSTALL_INCLUDEDIR}")
  set(ISOBIT_CONFIG_DIR "isobit/${CMAKE_INSTALL_DATADIR}/cmake/isobit")
else()
  set(ISOBIT_INCLUDE_DIR "${CMAKE_INSTALL_INCLUDEDIR}")
  set(ISOBIT_CONFIG_DIR "${CMAKE_INSTALL_DATADIR}/cmake/isobit")
endif()

add_library(isobit INTERFACE)
add_library(isobit::isobit ALIAS isobit)
target_compile_features(isobit INTERFACE cxx_std_14)
target_include_directories(
  isobit
  INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/cpp/include> $<INSTALL_INTERFACE:${ISOBIT_INCLUDE_DIR}>
)

# For programs that load compiled networks (isobit/plugin.hpp).
add_library(isobit_plugin INTERFACE)
add_library(isobit::plugin ALIAS isobit_plugin)
set_target_properties(isobit_plugin PROPERTIES EXPORT_NAME plugin)
target_link_libraries(isobit_plugin INTERFACE isobit ${CMAKE_DL_LIBS})

install(TARGETS isobit isobit_plugin EXPORT isobitTargets)
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/cpp/include/"
  DESTINATION "${ISOBIT_INCLUDE_DIR}"
  FILES_MATCHING
  PATTERN "*.hpp"
  PATTERN "*.h"
)
# Included as "hls_kernels/...": what HLS projects take along.
install(
  DIRECTORY "${PROJECT_SOURCE_DIR}/hls_kernels"
  DESTINATION "${ISOBIT_INCLUDE_DIR}"
  FILES_MATCHING
  PATTERN "*.hpp"
)
install(EXPORT isobitTargets NAMESPACE isobit:: DESTINATION "${ISOBIT_CONFIG_DIR}")

# Before 1.0 a minor version may change formats, so only the same minor version satisfies a request.
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/isobitConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion
  ARCH_INDEPENDENT
)
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/isobitConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/isobitConfig.cmake"
  INSTALL_DESTINATION "${ISOBIT_CONFIG_DIR}"
)
install(
  FILES "${PROJECT_BINARY_DIR}/isobitConfig.cmake" "${PROJECT_BINARY_DIR}/isobitConfigVersion.cmake"
  DESTINATION "${ISOBIT_CONFIG_DIR}"
)
