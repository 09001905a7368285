# The command `knobless` on journals of ours and of Optuna: what it says, and its exit codes.
file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH})
set(journal ${SCRATCH}/study.log)
execute_process(COMMAND ${KEPT} ${journal} 30 OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

# Runs the command; its exit code and a regular expression that its output must match.
function(expect code pattern)
  execute_process(
    COMMAND ${KNOBLESS} ${ARGN}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
  if(NOT result EQUAL code OR NOT "${output}${errors}" MATCHES "${pattern}")
    message(FATAL_ERROR "knobless ${ARGN}: exit code ${result}, not ${code}, or no match of ${pattern}:\n${output}${errors}")
  endif()
endfunction()

expect(0 "study \"knobless\": 30 trials\n  18 complete\n  6 pruned\n  6 failed" show ${journal})
expect(0 "best value [0-9.]+ in trial [0-9]+:\n" best ${journal})
expect(0 "^{\"number\": " best ${journal} --json)
expect(0 "^trial 28  failed[^\n]*diverged[^\n]*\ntrial 29  complete[^\n]*\n$" trials ${journal} --last 2)
expect(0 "^trial,state,value,begun,ended," trials ${journal} --csv)
expect(0 "^\\[{\"number\": 0, .*}\\]\n$" trials ${journal} --json)
expect(0 "^knobless  minimize  30 trials\n$" studies ${journal})
expect(1 "at least 20 complete trials" importance ${journal})
expect(0 "[0-9]+ lines, 0 damaged; 1 studies, 30 trials, 0 of them running" check ${journal})
expect(0 "usage: knobless" --help)
expect(2 "there is no command dance" dance ${journal})
expect(2 "unknown option, or one without its value: --lst" trials ${journal} --lst)
expect(2 "a command and a journal are needed" show)
expect(3 "can't be opened" show ${SCRATCH}/nothing.log)

# Optuna's.
set(data "$ENV{KNOBLESS_OPTUNA_DATA}")
if(NOT data)
  message("not tested: KNOBLESS_OPTUNA_DATA names no folder")
else()
  expect(0 "study \"single\": 13 trials\n  4 complete\n  6 pruned\n  2 failed\n  1 running" show ${data}/single.log)
  expect(0 "several  minimize, maximize  5 trials" studies ${data}/several.log)
  expect(1 "several objectives" best ${data}/several.log)
  expect(0 "kind = relu" best ${data}/single.log --study single)
  expect(1 "no study of that name" best ${data}/single.log --study double)
endif()

# A damaged line is named with its number, and left out by compact.
file(READ ${journal} content)
string(REPLACE "\"state\":1,\"values\":[" "\"state\":1,\"values\":[1" content "${content}")
file(WRITE ${journal} "${content}")
expect(1 "study.log:[0-9]+: its checksum is another one" check ${journal})
expect(0 "left out" compact ${journal})
expect(0 "0 damaged; 1 studies, 30 trials" check ${journal})
