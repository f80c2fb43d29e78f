# isobit._core: the private extension module made of bindings/ on top of isobit_engine.
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
find_package(pybind11 2.13 CONFIG REQUIRED)

file(GLOB ISOBIT_BINDINGS CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bindings/*.cpp")
# NO_EXTRAS: no link-time optimisation, which could inline code of one instruction set into another.
pybind11_add_module(_core MODULE NO_EXTRAS ${ISOBIT_BINDINGS})
target_compile_definitions(_core PRIVATE ISOBIT_ISA=generic)
target_link_libraries(_core PRIVATE isobit_engine isobit_flags)
install(TARGETS _core LIBRARY DESTINATION isobit)
