# isobit_ask_python(<variable> <one-line script>): what the script prints, or "" if there is no Python.
# Used to find files that an installed wheel ships; never needed for the headers themselves.
function(isobit_ask_python variable script)
  find_package(Python QUIET COMPONENTS Interpreter)
  set(answer "")
  if(Python_Interpreter_FOUND)
    execute_process(
      COMMAND "${Python_EXECUTABLE}" -c "${script}"
      OUTPUT_VARIABLE answer
      OUTPUT_STRIP_TRAILING_WHITESPACE
    )
  endif()
  set(${variable} "${answer}" PARENT_SCOPE)
endfunction()
