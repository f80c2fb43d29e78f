# Run by ctest: cmake -D NM=... -D OBJECTS=... -P CheckIsaSymbols.cmake
#
# An object compiled for one instruction set may share no function with the rest of the program: the
# linker keeps one copy of an inline function, and if that is the AVX-512 one, an older processor stops.
# So every symbol that such an object defines for others lies in its namespace or is its entry point.
cmake_minimum_required(VERSION 3.20...4.0)

foreach(object IN LISTS OBJECTS)
  if(NOT object MATCHES "/isa_([a-z0-9]+)\\.cpp\\.o")
    continue()
  endif()
  set(isa ${CMAKE_MATCH_1})
  execute_process(
    COMMAND "${NM}" --demangle --defined-only --extern-only "${object}"
    OUTPUT_VARIABLE symbols
    COMMAND_ERROR_IS_FATAL ANY
  )
  string(REPLACE ";" "," symbols "${symbols}")
  string(REGEX REPLACE "\n" ";" symbols "${symbols}")
  list(FILTER symbols EXCLUDE REGEX "::${isa}::|isobit::engine::isa_${isa}\\(\\)$|^$")
  if(symbols)
    list(JOIN symbols "\n  " symbols)
    message(SEND_ERROR "${object} defines symbols outside the namespace ${isa}:\n  ${symbols}")
  endif()
  list(APPEND checked ${isa})
endforeach()
if(NOT checked)
  message(FATAL_ERROR "no object isa_<name>.cpp.o among ${OBJECTS}")
endif()
message(STATUS "checked ${checked}")
