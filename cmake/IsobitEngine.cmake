# isobit_engine: the type-erased engine with run-time formats, linked by the Python module and the C++ tests.
#
# The files isa_<name>.cpp hold the same source compiled for different instruction sets; the engine
# chooses one at run time. Only they get instruction-set flags, and ISOBIT_ISA names the inline
# namespace that keeps their inline functions from merging at link time.
find_package(Threads REQUIRED)

file(GLOB ISOBIT_ENGINE_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cpp/src/engine/*.cpp")
set(ISOBIT_ISA_FLAGS_avx2 -mavx2 -mfma -mbmi2)
set(ISOBIT_ISA_FLAGS_avxvnni ${ISOBIT_ISA_FLAGS_avx2} -mavxvnni)
set(
  ISOBIT_ISA_FLAGS_avx512
  -mavx512f
  -mavx512bw
  -mavx512dq
  -mavx512vl
  -mprefer-vector-width=512
)
set(ISOBIT_ISA_FLAGS_avx512vnni ${ISOBIT_ISA_FLAGS_avx512} -mavx512vnni)
set(ISOBIT_ISA_FLAGS_avx512vpopcnt ${ISOBIT_ISA_FLAGS_avx512vnni} -mavx512vpopcntdq)
set(ISOBIT_ISA_FLAGS_dotprod -march=armv8.2-a+dotprod)

# The instruction sets of this architecture; each has its isa_<name>.cpp.
string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" ISOBIT_PROCESSOR)
set(ISOBIT_ISAS generic)
if(ISOBIT_PROCESSOR MATCHES "^(x86_64|amd64)$")
  list(
    APPEND ISOBIT_ISAS
    avx2
    avxvnni
    avx512
    avx512vnni
    avx512vpopcnt
  )
elseif(ISOBIT_PROCESSOR MATCHES "^(aarch64|arm64)$")
  list(APPEND ISOBIT_ISAS dotprod)
endif()
# Fewer of them make a smaller and faster build; a set that adds to another one needs that one too.
set(ISOBIT_INSTRUCTION_SETS "" CACHE STRING "Instruction sets besides generic to build for; empty for all")
if(ISOBIT_INSTRUCTION_SETS)
  set(ISOBIT_WANTED_ISAS generic ${ISOBIT_INSTRUCTION_SETS})
  foreach(pair IN ITEMS avx512vpopcnt:avx512vnni avx512vnni:avx512 avxvnni:avx2)
    string(REGEX MATCH "^[^:]+" added "${pair}")
    string(REGEX MATCH "[^:]+$" base "${pair}")
    if(added IN_LIST ISOBIT_WANTED_ISAS)
      list(APPEND ISOBIT_WANTED_ISAS ${base})
    endif()
  endforeach()
  foreach(isa IN LISTS ISOBIT_WANTED_ISAS)
    if(NOT isa IN_LIST ISOBIT_ISAS)
      message(FATAL_ERROR "ISOBIT_INSTRUCTION_SETS names ${isa}; this processor's are ${ISOBIT_ISAS}")
    endif()
  endforeach()
  set(ISOBIT_KNOWN_ISAS ${ISOBIT_ISAS})
  set(ISOBIT_ISAS "")
  foreach(isa IN LISTS ISOBIT_KNOWN_ISAS)
    if(isa IN_LIST ISOBIT_WANTED_ISAS)
      list(APPEND ISOBIT_ISAS ${isa})
    endif()
  endforeach()
endif()
list(FILTER ISOBIT_ENGINE_SOURCES EXCLUDE REGEX "/isa_[a-z0-9]+\\.cpp$")
foreach(isa IN LISTS ISOBIT_ISAS)
  list(APPEND ISOBIT_ENGINE_SOURCES "${PROJECT_SOURCE_DIR}/cpp/src/engine/isa_${isa}.cpp")
endforeach()

add_library(isobit_engine STATIC ${ISOBIT_ENGINE_SOURCES})
target_include_directories(isobit_engine PUBLIC "${PROJECT_SOURCE_DIR}/cpp/src")
if(ISOBIT_NO_OVERRIDES)
  target_compile_definitions(isobit_engine PUBLIC ISOBIT_NO_OVERRIDES)
endif()
target_link_libraries(isobit_engine PUBLIC isobit::isobit Threads::Threads PRIVATE isobit_flags)

foreach(source IN LISTS ISOBIT_ENGINE_SOURCES)
  set(isa generic)
  if(source MATCHES "/isa_([a-z0-9]+)\\.cpp$")
    set(isa ${CMAKE_MATCH_1})
  endif()
  set_source_files_properties(
    "${source}"
    PROPERTIES COMPILE_DEFINITIONS "ISOBIT_ISA=${isa}" COMPILE_OPTIONS "${ISOBIT_ISA_FLAGS_${isa}}"
  )
endforeach()
list(TRANSFORM ISOBIT_ISAS PREPEND "ISOBIT_HAS_" OUTPUT_VARIABLE ISOBIT_HAS_ISAS)
set_property(
  SOURCE "${PROJECT_SOURCE_DIR}/cpp/src/engine/cpu.cpp"
  APPEND
  PROPERTY COMPILE_DEFINITIONS ${ISOBIT_HAS_ISAS}
)
