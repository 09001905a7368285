# What a header declares, it declares in both modes: a program that compiles with the headers alone compiles with
# knobless::compiled. Compares which headers with public names each header brings, with and without KNOBLESS_COMPILED.
#   COMPILER, SOURCE, SCRATCH, INCLUDES
cmake_minimum_required(VERSION 3.23)
file(REAL_PATH ${SOURCE}/include/knobless root)
list(TRANSFORM INCLUDES PREPEND "-I")

# Sets `out` to the headers with public names that including `header` brings.
function(brought header mode out)
  file(WRITE ${SCRATCH}/one.cpp "#include <knobless/${header}>\n")
  execute_process(COMMAND ${COMPILER} -std=c++20 -E ${mode} ${INCLUDES} ${SCRATCH}/one.cpp OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "# 1 \"[^\"\n]*knobless/[^\"\n]*hpp\"" marks "${text}")
  set(found)
  foreach(mark IN LISTS marks)
    string(REGEX REPLACE "^# 1 \"(.*)\"$" "\\1" file "${mark}")
    file(REAL_PATH ${file} file)
    file(STRINGS ${file} public REGEX "^namespace knobless::inline KNOBLESS_ABI {" LIMIT_COUNT 1)
    if(public)
      file(RELATIVE_PATH file ${root} ${file})
      list(APPEND found ${file})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES found)
  list(SORT found)
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

foreach(header IN ITEMS study minimize advance population parallel_advance progress_line runtime_space analysis/no_more_gain
                        analysis/importance sampler/automatic sampler/tpe sampler/gp_ei sampler/cma_es sampler/grid sampler/sobol
                        scheduler/hyperband)
  brought(${header}.hpp "" alone)
  brought(${header}.hpp -DKNOBLESS_COMPILED compiled)
  if(NOT alone)
    message(FATAL_ERROR "${header}.hpp brings nothing: the check sees nothing")
  endif()
  list(REMOVE_ITEM alone ${compiled})
  if(alone)
    message(SEND_ERROR "${header}.hpp brings, with the headers alone only: ${alone}")
  endif()
endforeach()
