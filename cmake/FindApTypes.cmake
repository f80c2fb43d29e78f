# The vendor's open ap_int/ap_fixed headers (Apache-2.0), used by tests only and never copied.
# Looked for in ISOBIT_AP_INCLUDE (CMake or environment variable), else in an installed hls4ml wheel.
# Defines ApTypes::ApTypes, ApTypes_INCLUDE_DIR, and ApTypes_HINT (what to do when it is missing).
include(FindPackageHandleStandardArgs)
include(IsobitPythonQuery)

set(ISOBIT_AP_INCLUDE "$ENV{ISOBIT_AP_INCLUDE}" CACHE PATH "Folder that holds the vendor's ap_fixed.h")
set(
  ApTypes_HINT
  "ap_fixed.h not found: pip install hls4ml, or set ISOBIT_AP_INCLUDE to the folder that holds it"
)

if(ISOBIT_AP_INCLUDE)
  if(NOT EXISTS "${ISOBIT_AP_INCLUDE}/ap_fixed.h")
    message(FATAL_ERROR "ISOBIT_AP_INCLUDE=${ISOBIT_AP_INCLUDE} has no ap_fixed.h")
  endif()
  set(ApTypes_INCLUDE_DIR "${ISOBIT_AP_INCLUDE}")
else()
  # find_spec locates the package without importing it.
  isobit_ask_python(
    hls4ml_dir
    "import importlib.util as u; s = u.find_spec('hls4ml'); print(s.submodule_search_locations[0] if s else '')"
  )
  if(EXISTS "${hls4ml_dir}/templates/vivado/ap_types/ap_fixed.h")
    set(ApTypes_INCLUDE_DIR "${hls4ml_dir}/templates/vivado/ap_types")
  endif()
endif()

find_package_handle_standard_args(
  ApTypes
  REQUIRED_VARS ApTypes_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "${ApTypes_HINT}"
)
if(ApTypes_FOUND AND NOT TARGET ApTypes::ApTypes)
  add_library(ApTypes::ApTypes INTERFACE IMPORTED)
  target_include_directories(ApTypes::ApTypes INTERFACE "${ApTypes_INCLUDE_DIR}")
  # Its constructors mask bits that they have not set yet (a warning once inlined into our code) and its
  # simulation class shifts negative numbers, which would hide findings of the sanitizer in ours.
  target_compile_options(
    ApTypes::ApTypes
    INTERFACE -Wno-uninitialized $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> -fno-sanitize=undefined
  )
endif()
