# Do includes go one way only? Reads the #include lines of include/knobless and compares them with the order below.
#   cmake -P scripts/check_layers.cmake                        the checkout
#   cmake -D ROOT=<include folder> -P scripts/check_layers.cmake
#   cmake -D SELF_TEST=<scratch folder> -P scripts/check_layers.cmake    does the checker see what it should?
cmake_minimum_required(VERSION 3.23)

# The river of docs/design.md: each module, and what stands directly below it; it may include that and all that is below
# that. A name is a header; a name with a slash at its end is a folder, whose files may include each other.
set(river
    "version:" "fwd:" "config:" "detail/:"
    "elementary: detail/"
    "error: config"
    "parameter: elementary error fwd"
    "point: fwd"
    "domain: parameter point"
    "space: domain"
    "branch: space"
    "random: elementary"
    "trial: elementary error"
    "objective: config fwd trial"
    "history: domain trial"
    "csv: history"
    "runtime_space: space csv"
    "estimate: history"
    "stopping: history"
    "analysis/importance: history"
    "sampler: estimate random"
    "scheduler: trial"
    "sampler/random_search: sampler"
    "numeric/: config detail/ elementary error random"
    "model/: domain numeric/"
    "acquisition/: model/"
    "sampler/: sampler/random_search acquisition/"
    "scheduler/: scheduler"
    "fidelity/: sampler/ scheduler/"
    "storage/: csv"
    "analysis/: analysis/importance sampler/ stopping"
    "study_core: csv sampler/random_search scheduler"
    "study_log: study_core"
    "study: space estimate study_log analysis/importance objective"
    "parallel/executor: config"
    "parallel/threads: config"
    "search_loop: study_core stopping parallel/executor parallel/threads"
    "minimize: branch runtime_space study sampler/ search_loop"
    "advance: branch runtime_space fidelity/"
    "population: branch runtime_space fidelity/"
    "parallel/: minimize advance"
    "progress_line: minimize"
    "knobless: version analysis/ storage/ parallel/ population progress_line")

# The front row: the standard library alone, and of that nothing that costs every user a second of compile time.
set(front_row
    version fwd config detail/ elementary error parameter point domain space branch random trial history csv runtime_space
    estimate sampler sampler/random_search scheduler study_core study_log study stopping analysis/importance objective minimize
    advance population)
set(too_dear iostream thread random regex future)

# Only these may print, open a file, or start a thread.
set(may_touch_the_world minimize advance parallel/ parallel/threads storage/ progress_line knobless)
set(the_world iostream fstream thread future)

if(NOT DEFINED ROOT)
  set(ROOT ${CMAKE_CURRENT_LIST_DIR}/../include)
endif()
cmake_path(ABSOLUTE_PATH ROOT NORMALIZE)

# What each module may include, from the lines above.
set(modules)
foreach(line IN LISTS river)
  string(REGEX MATCH "^([^:]+): *(.*)$" _ ${line})
  list(APPEND modules ${CMAKE_MATCH_1})
  string(REPLACE " " ";" "below ${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}")
endforeach()
foreach(pass IN LISTS modules)  # to the transitive closure: no path is longer than there are modules
  foreach(module IN LISTS modules)
    foreach(lower IN LISTS "below ${module}")
      list(APPEND "below ${module}" ${below\ ${lower}})
    endforeach()
    list(REMOVE_DUPLICATES "below ${module}")
  endforeach()
endforeach()

# The module of a path below include/knobless: the header itself where it has a place of its own, else its folder.
function(module_of path result)
  string(REGEX REPLACE "\\.[a-z]+$" "" module ${path})
  if(NOT module IN_LIST modules)
    string(REGEX REPLACE "/.*" "/" module ${module})
  endif()
  set(${result} ${module} PARENT_SCOPE)
endfunction()

function(check root)
  set(faults)
  file(GLOB_RECURSE files RELATIVE ${root}/knobless ${root}/knobless/*)
  foreach(file IN LISTS files)
    module_of(${file} module)
    if(NOT module IN_LIST modules)
      list(APPEND faults "${file}: '${module}' has no place in the river: give it one in check_layers.cmake")
      continue()
    endif()
    cmake_path(GET file PARENT_PATH folder)
    file(STRINGS ${root}/knobless/${file} lines REGEX "^ *# *include ")
    foreach(line IN LISTS lines)
      string(REGEX MATCH "[\"<](.+)[\">]" _ ${line})
      set(header ${CMAKE_MATCH_1})
      if(line MATCHES "<" AND NOT header MATCHES "^knobless/")
        if(module IN_LIST front_row AND (header MATCHES "[/.]" OR header IN_LIST too_dear))
          list(APPEND faults "${file}: ${line}: the front row includes the standard library only, and none of ${too_dear}")
        elseif(header IN_LIST the_world AND NOT module IN_LIST may_touch_the_world)
          list(APPEND faults "${file}: ${line}: only ${may_touch_the_world} may print, open a file or start a thread")
        endif()
        continue()
      endif()
      set(base ${root}/knobless/${folder})
      if(line MATCHES "<")
        set(base ${root})
      endif()
      cmake_path(ABSOLUTE_PATH header BASE_DIRECTORY ${base} NORMALIZE OUTPUT_VARIABLE target)
      if(NOT EXISTS ${target})
        list(APPEND faults "${file}: ${line}: no such file")
        continue()
      endif()
      cmake_path(RELATIVE_PATH target BASE_DIRECTORY ${root}/knobless)
      module_of(${target} lower)
      if(NOT lower STREQUAL module AND NOT lower IN_LIST "below ${module}")
        list(APPEND faults "${file}: ${line}: '${lower}' is not below '${module}'")
      endif()
    endforeach()
  endforeach()
  # Nothing is forgotten: the umbrella has every header but details, the compiled library every implementation.
  file(READ ${root}/knobless/knobless.hpp umbrella)
  file(READ ${root}/../src/knobless.cpp compiled)
  foreach(file IN LISTS files)
    if(file MATCHES "\\.hpp$" AND NOT file MATCHES "^(knobless.hpp$|detail/)" AND NOT umbrella MATCHES "#include \"${file}\"")
      list(APPEND faults "knobless.hpp: does not include ${file}")
    elseif(file MATCHES "\\.ipp$" AND NOT compiled MATCHES "#include <knobless/${file}>")
      list(APPEND faults "src/knobless.cpp: does not include ${file}")
    endif()
  endforeach()
  list(LENGTH files count)
  if(faults)
    list(JOIN faults "\n  " faults)
    message(FATAL_ERROR "includes against the river:\n  ${faults}")
  endif()
  message("${count} files, all includes go down the river")
endfunction()

# Runs the checker on a copy of the headers in which `file` has the line `include` at its end; it must say `words`.
function(expect_fault file include words)
  file(REMOVE_RECURSE ${SELF_TEST})
  file(COPY ${ROOT} ${ROOT}/../src DESTINATION ${SELF_TEST})
  file(APPEND ${SELF_TEST}/include/knobless/${file} "${include}\n")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -D ROOT=${SELF_TEST}/include -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
    RESULT_VARIABLE status
    OUTPUT_QUIET ERROR_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " output "${output}")  # CMake breaks long lines
  string(FIND "${output}" "${words}" found)
  if(status EQUAL 0 OR found EQUAL -1)
    message(FATAL_ERROR "not caught: `${include}` in ${file}\n${output}")
  endif()
endfunction()

if(DEFINED SELF_TEST)
  expect_fault(parameter.hpp "#include \"study.hpp\"" "parameter.hpp: #include \"study.hpp\": 'study' is not below 'parameter'")
  expect_fault(parameter.hpp "#include <knobless/study.hpp>" "'study' is not below 'parameter'")
  expect_fault(sampler/tpe.hpp "#include \"../study.hpp\"" "'study' is not below 'sampler/'")
  expect_fault(study.hpp "#include \"sampler/tpe.hpp\"" "'sampler/' is not below 'study'")
  expect_fault(study.hpp "#include \"nowhere.hpp\"" "study.hpp: #include \"nowhere.hpp\": no such file")
  expect_fault(study.hpp "#include <Eigen/Core>" "study.hpp: #include <Eigen/Core>: the front row")
  expect_fault(study.hpp "#  include <random>" "the front row")
  expect_fault(sampler/tpe.hpp "#include <thread>" "start a thread")
  expect_fault(stray.hpp "" "'stray' has no place in the river")
  expect_fault(sampler/stray.hpp "" "knobless.hpp: does not include sampler/stray.hpp")
  expect_fault(sampler/stray.ipp "" "src/knobless.cpp: does not include sampler/stray.ipp")
  file(REMOVE_RECURSE ${SELF_TEST})
  message("the checker sees what it should")
else()
  check(${ROOT})
endif()
