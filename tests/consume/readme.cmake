# Pastes the first program of README into an empty folder, builds and runs it. The checkout stands in for what CMake would
# fetch.
set(here ${SCRATCH}/readme)
file(REMOVE_RECURSE ${here})
file(READ ${SOURCE}/README.md readme)

# The code block behind the line `marker`.
function(paste marker language file)
  set(head "<!-- ${marker} -->\n```${language}\n")
  string(FIND "${readme}" "${head}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "README.md has no code block behind <!-- ${marker} -->")
  endif()
  string(LENGTH "${head}" length)
  math(EXPR at "${at} + ${length}")
  string(SUBSTRING "${readme}" ${at} -1 code)
  string(FIND "${code}" "```\n" end)
  string(SUBSTRING "${code}" 0 ${end} code)
  file(WRITE ${here}/${file} "${code}")
endfunction()
paste("quote: examples/first_search.cpp first_search" cpp main.cpp)
paste("first program: CMakeLists.txt" cmake CMakeLists.txt)

foreach(step IN ITEMS
    "${CMAKE_COMMAND};-S;${here};-B;${here}/build;-G;${GENERATOR};-DCMAKE_CXX_COMPILER=${COMPILER};-DFETCHCONTENT_SOURCE_DIR_KNOBLESS=${SOURCE}"
    "${CMAKE_COMMAND};--build;${here}/build" "${here}/build/first")
  execute_process(COMMAND ${step} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
