# Do includes go one way only? Reads the #include lines of include/knobless and compares them with the order of the rooms.
#   cmake -P scripts/check_layers.cmake                        the checkout
#   cmake -D ROOT=<include folder> -P scripts/check_layers.cmake
#   cmake -D SELF_TEST=<scratch folder> -P scripts/check_layers.cmake    does the checker see what it should?
cmake_minimum_required(VERSION 3.23)

# The rooms of include/knobless, each above those before it: a file includes files of its own room and of rooms before it.
set(rooms
    base        # macros of the configuration, errors, elementary functions, random numbers
    space       # parameters, points, domains; the typed spaces, and those of run time
    record      # what happened in a search: trials, history, table, log
    numeric     # dense algebra and descents
    pareto      # fronts of several objectives, and the volume below them
    model       # surrogates: the Gaussian process, Parzen mixtures, quadratic models; estimates of values
    acquisition # expected improvement, and where it is largest
    sampler     # who proposes the next point
    scheduler   # who stops trials that lag behind
    analysis    # which parameters mattered, and whether going on is worth it
    report      # what happened: as data, in words, and as a page
    study       # ask and tell, and the state machine of a whole search
    executor    # who runs trials, one after the other or at the same time
    training    # models that are trained in pieces
    storage     # journals: optional, they need another library
)
# Above all of them: the headers of include/knobless itself, which users include. They may include each other.

# Compiled with knobless::compiled these headers see the standard library alone, and of that nothing that costs every user a
# second of compile time: neither they nor what they include in that mode.
set(front_row space.hpp branch.hpp runtime_space.hpp sampler.hpp scheduler.hpp study.hpp minimize.hpp)
set(too_dear iostream thread random regex future)

# Only these may print, open a file, or start a thread.
set(may_touch_the_world executor storage report/html_report.hpp progress_line.hpp minimize.hpp parallel_advance.hpp knobless.hpp)
set(the_world iostream fstream thread future)

if(NOT DEFINED ROOT)
  set(ROOT ${CMAKE_CURRENT_LIST_DIR}/../include)
endif()
cmake_path(ABSOLUTE_PATH ROOT NORMALIZE)

# The room of a path below include/knobless; `entry` for the headers above all rooms.
function(room_of path result)
  if(path MATCHES "/")
    string(REGEX REPLACE "/.*" "" room ${path})
  else()
    set(room entry)
  endif()
  set(${result} ${room} PARENT_SCOPE)
endfunction()

# What the file includes: `ours` are paths below include/knobless, `others` names in angle brackets. Implementations (.ipp)
# count where `with_parts` is true: with knobless::compiled they are elsewhere.
function(read_includes root file with_parts ours others faults)
  cmake_path(GET file PARENT_PATH folder)
  file(STRINGS ${root}/knobless/${file} lines REGEX "^ *# *include ")
  set(found)
  set(names)
  set(missing)
  foreach(line IN LISTS lines)
    string(REGEX MATCH "[\"<](.+)[\">]" _ ${line})
    set(header ${CMAKE_MATCH_1})
    if(line MATCHES "<" AND NOT header MATCHES "^knobless/")
      list(APPEND names ${header})
      continue()
    endif()
    if(header MATCHES "\\.ipp$" AND NOT with_parts)
      continue()
    endif()
    set(base ${root}/knobless/${folder})
    if(line MATCHES "<")
      set(base ${root})
    endif()
    cmake_path(ABSOLUTE_PATH header BASE_DIRECTORY ${base} NORMALIZE OUTPUT_VARIABLE target)
    if(EXISTS ${target})
      cmake_path(RELATIVE_PATH target BASE_DIRECTORY ${root}/knobless)
      list(APPEND found ${target})
    else()
      list(APPEND missing "${file}: ${line}: no such file")
    endif()
  endforeach()
  set(${ours} ${found} PARENT_SCOPE)
  set(${others} ${names} PARENT_SCOPE)
  set(${faults} ${missing} PARENT_SCOPE)
endfunction()

# Each include of `file` goes to its own room or to one before it; adds to `faults`, and to `arrows`, the pairs of rooms.
function(check_file root file faults_of arrows_of)
  set(faults ${${faults_of}})
  set(arrows ${${arrows_of}})
  room_of(${file} room)
  list(FIND order ${room} place)
  if(place EQUAL -1)
    list(APPEND faults "${file}: '${room}' is no room: give it a place in check_layers.cmake")
  else()
    read_includes(${root} ${file} TRUE ours others missing)
    list(APPEND faults ${missing})
    foreach(name IN LISTS others)
      if(name IN_LIST the_world AND NOT room IN_LIST may_touch_the_world AND NOT file IN_LIST may_touch_the_world)
        list(APPEND faults "${file}: <${name}>: only ${may_touch_the_world} may print, open a file or start a thread")
      endif()
    endforeach()
    foreach(target IN LISTS ours)
      room_of(${target} lower)
      list(FIND order ${lower} lower_place)
      if(lower_place GREATER place OR (room STREQUAL entry AND lower STREQUAL storage))
        list(APPEND faults "${file}: includes ${target}, but '${lower}' is not before '${room}'")
      elseif(NOT lower STREQUAL room AND NOT room STREQUAL entry)
        list(APPEND arrows "${room}>${lower}")
      endif()
    endforeach()
  endif()
  set(${faults_of} ${faults} PARENT_SCOPE)
  set(${arrows_of} ${arrows} PARENT_SCOPE)
endfunction()

# All that the front row includes with knobless::compiled.
function(check_front_row root faults_of)
  set(faults ${${faults_of}})
  set(seen)
  set(next ${front_row})
  while(next)
    list(POP_FRONT next file)
    if(file IN_LIST seen)
      continue()
    endif()
    list(APPEND seen ${file})
    read_includes(${root} ${file} FALSE ours others missing)
    list(APPEND next ${ours})
    foreach(name IN LISTS others)
      if(name MATCHES "[/.]" OR name IN_LIST too_dear)
        list(APPEND faults "${file}: <${name}>: the front row sees the standard library only, and none of ${too_dear}")
      endif()
    endforeach()
  endwhile()
  set(${faults_of} ${faults} PARENT_SCOPE)
endfunction()

# How many rooms stand upon each other: the longest way along the arrows.
function(count_floors arrows result)
  set(floors 0)
  foreach(room IN LISTS rooms)  # those below come first
    set(height 1)
    foreach(lower IN LISTS rooms)
      if("${room}>${lower}" IN_LIST arrows AND height LESS_EQUAL floor_${lower})
        math(EXPR height "${floor_${lower}} + 1")
      endif()
    endforeach()
    set(floor_${room} ${height})
    if(height GREATER floors)
      set(floors ${height})
    endif()
  endforeach()
  set(${result} ${floors} PARENT_SCOPE)
endfunction()

set(order ${rooms} entry)

function(check root)
  set(faults)
  set(arrows)
  file(GLOB_RECURSE files RELATIVE ${root}/knobless ${root}/knobless/*)
  foreach(file IN LISTS files)
    check_file(${root} ${file} faults arrows)
  endforeach()
  check_front_row(${root} faults)
  # Nothing is forgotten: the umbrella has every header but details, the compiled library every implementation. Those of
  # storage/ need another library, and whoever wants them includes them.
  file(READ ${root}/knobless/knobless.hpp umbrella)
  file(READ ${root}/../src/knobless.cpp compiled)
  foreach(file IN LISTS files)
    if(file MATCHES "^storage/")
      continue()
    endif()
    if(file MATCHES "\\.hpp$" AND NOT file STREQUAL "knobless.hpp" AND NOT umbrella MATCHES "#include \"${file}\"")
      list(APPEND faults "knobless.hpp: does not include ${file}")
    elseif(file MATCHES "\\.ipp$" AND NOT compiled MATCHES "#include <knobless/${file}>")
      list(APPEND faults "src/knobless.cpp: does not include ${file}")
    endif()
  endforeach()
  list(LENGTH files count)
  if(faults)
    list(JOIN faults "\n  " faults)
    message(FATAL_ERROR "includes against the order of the rooms:\n  ${faults}")
  endif()
  list(REMOVE_DUPLICATES arrows)
  list(LENGTH rooms room_count)
  list(LENGTH arrows arrow_count)
  count_floors("${arrows}" floors)
  message("${count} files in ${room_count} rooms on ${floors} floors, ${arrow_count} arrows from room to room: all includes go down")
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
  expect_fault(space/parameter.hpp "#include \"../study/study.hpp\"" "'study' is not before 'space'")
  expect_fault(space/parameter.hpp "#include <knobless/study.hpp>" "space/parameter.hpp: includes study.hpp, but 'entry' is not before 'space'")
  expect_fault(sampler/tpe.hpp "#include \"../study/study.hpp\"" "'study' is not before 'sampler'")
  expect_fault(study.hpp "#include \"nowhere.hpp\"" "study.hpp: #include \"nowhere.hpp\": no such file")
  expect_fault(study.hpp "#include <Eigen/Core>" "study.hpp: <Eigen/Core>: the front row")
  expect_fault(space/domain.hpp "#  include <random>" "space/domain.hpp: <random>: the front row")
  expect_fault(sampler/tpe.hpp "#include <thread>" "start a thread")
  expect_fault(knobless.hpp "#include \"storage/journal.hpp\"" "'storage' is not before 'entry'")
  expect_fault(attic/stray.hpp "" "'attic' is no room")
  expect_fault(sampler/stray.hpp "" "knobless.hpp: does not include sampler/stray.hpp")
  expect_fault(sampler/stray.ipp "" "src/knobless.cpp: does not include sampler/stray.ipp")
  file(REMOVE_RECURSE ${SELF_TEST})
  message("the checker sees what it should")
else()
  check(${ROOT})
endif()
