# Each tests/cpp/<name>.cpp is one executable and one ctest. Those called ap_* compare with the vendor's
# ap_fixed; without its headers they are registered as skipped, so that their absence is seen. overrides.cpp
# is built for every instruction set; where the processor lacks one, its test is skipped.
find_package(ApTypes)

file(GLOB ISOBIT_TEST_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/cpp/*.cpp")
list(FILTER ISOBIT_TEST_SOURCES EXCLUDE REGEX "/overrides\\.cpp$")
foreach(source IN LISTS ISOBIT_TEST_SOURCES)
  cmake_path(GET source STEM name)
  if(name MATCHES "^ap_" AND NOT ApTypes_FOUND)
    add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}" -E echo "skipped: ${ApTypes_HINT}")
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped: ")
    continue()
  endif()
  add_executable(${name} "${source}")
  target_compile_definitions(${name} PRIVATE ISOBIT_ISA=generic)
  # A release build defines NDEBUG, which would silence every assert() of a test.
  target_compile_options(${name} PRIVATE -UNDEBUG)
  target_link_libraries(${name} PRIVATE isobit_engine isobit_flags)
  if(name MATCHES "^ap_")
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PRIVATE ApTypes::ApTypes)
  endif()
  add_test(NAME ${name} COMMAND ${name})
endforeach()

foreach(isa IN LISTS ISOBIT_ISAS ITEMS off)
  set(name overrides_${isa})
  add_executable(${name} "${PROJECT_SOURCE_DIR}/tests/cpp/overrides.cpp")
  target_compile_definitions(${name} PRIVATE ISOBIT_ISA=${isa})
  target_compile_options(${name} PRIVATE ${ISOBIT_ISA_FLAGS_${isa}})
  target_link_libraries(${name} PRIVATE isobit::isobit isobit_flags)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped: ")
endforeach()
target_compile_definitions(overrides_off PRIVATE ISOBIT_NO_OVERRIDES)

# A sanitizer brings functions of its own into every object.
if(NOT ISOBIT_SANITIZE)
  add_test(
    NAME isa_symbols
    COMMAND
      "${CMAKE_COMMAND}" "-DNM=${CMAKE_NM}" "-DOBJECTS=$<TARGET_OBJECTS:isobit_engine>" -P
      "${PROJECT_SOURCE_DIR}/cmake/CheckIsaSymbols.cmake"
  )
endif()
