# Eigen for the benchmarks: Eigen3 as CMake finds it (system, Conan, Eigen3_DIR), else the cmeel-eigen wheel.
# Defines Eigen3::Eigen.
include(FindPackageHandleStandardArgs)
include(IsobitPythonQuery)

find_package(Eigen3 CONFIG QUIET)
if(NOT TARGET Eigen3::Eigen)
  isobit_ask_python(
    cmeel_prefix
    "import os, sys; p = [os.path.join(d, 'cmeel.prefix') for d in sys.path]; print(next(filter(os.path.isdir, p), ''))"
  )
  if(cmeel_prefix)
    find_package(Eigen3 CONFIG QUIET PATHS "${cmeel_prefix}" NO_DEFAULT_PATH)
  endif()
endif()

find_package_handle_standard_args(
  IsobitEigen
  REQUIRED_VARS Eigen3_DIR
  VERSION_VAR Eigen3_VERSION
  REASON_FAILURE_MESSAGE
    "Eigen3 not found: install it (apt-get install libeigen3-dev, conan, or pip install cmeel-eigen) or set Eigen3_DIR"
)
