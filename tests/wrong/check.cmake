# Compiles SNIPPET's wrong use: it must be refused, and the compiler's first error must have the expected words; what
# stands further down nobody reads. That the right use compiles is seen by the target right_uses.
file(STRINGS ${SNIPPET} first_line LIMIT_COUNT 1)
if(NOT first_line MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SNIPPET}: the first line must be `// expect: words of the message`")
endif()
set(words ${CMAKE_MATCH_1})

list(TRANSFORM INCLUDES PREPEND "-I")
execute_process(
  COMMAND ${COMPILER} -std=c++20 -fsyntax-only -DWRONG -DKNOBLESS_COMPILED ${INCLUDES} ${SNIPPET}
  RESULT_VARIABLE status ERROR_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "the wrong use compiles")
endif()
string(REGEX MATCH "error: [^\n]+" first_error "${output}")
string(FIND "${first_error}" "${words}" found)
if(found EQUAL -1)
  message(FATAL_ERROR "the first error does not say `${words}`:\n${output}")
endif()
string(LENGTH "${output}" length)
message("${length} characters, which begin with ${first_error}")
