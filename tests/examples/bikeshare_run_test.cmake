# What the program examples/bikeshare does with good and bad options and files, without a network:
#   cmake -D PROGRAM=<bikeshare> -D WORK=<scratch folder> -P bikeshare_run_test.cmake
# The real data are tested where the environment variable KNOBLESS_BIKE_DATA names hour.csv.
cmake_minimum_required(VERSION 3.23...3.31)

file(REMOVE_RECURSE "${WORK}")
set(stored "${WORK}/cache/knobless/bike-sharing/hour.csv")

# Runs the program; sets `words` to all that it printed. EXIT is 0 or 1.
function(run expected_exit)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env "XDG_CACHE_HOME=${WORK}/cache" "KNOBLESS_BIKE_URL=file:///no/such/archive.zip"
            "${PROGRAM}" ${ARGN}
    RESULT_VARIABLE exit
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT exit EQUAL expected_exit)
    message(SEND_ERROR "${ARGN}: exit ${exit} where ${expected_exit} was expected; it said: ${output}")
  endif()
  set(words "${ARGN}: ${output}" PARENT_SCOPE)
endfunction()

function(expect)
  foreach(pattern IN LISTS ARGN)
    if(NOT words MATCHES "${pattern}")
      message(SEND_ERROR "\"${pattern}\" was expected in what it said: ${words}")
    endif()
  endforeach()
endfunction()

set(a_loss "[0-9]+\\.[0-9]+ \\+- [0-9]+\\.[0-9]+")
# What each of the tables has. The searches come in the order of their names here.
set(all_rows "knobless .*${a_loss}" "random search .*${a_loss}" "grid search .*${a_loss}" "template default .*${a_loss}")

run(0 --help)
expect("--data FILE" "--quick" "--full")

run(0 --quick --simulated --searches 2)
expect(${all_rows} "is better in.*of 2")
# Each search counts its trials and says how long it will take; each choice is one of the trials that the log has.
foreach(method IN ITEMS knobless "random search" "grid search")
  expect("${method} +trial 1 of 8, about [0-9]+ s left, best ([0-9.]+|inf)" "${method} +trial 8 of 8, [0-9]+ s in all"
         "${method} +chooses trial [1-8], observed")
endforeach()
expect("Everything works\\. These budgets are too small to compare searches")
# What a table shows of a search is what the log said of that trial: an observation.
string(REGEX MATCHALL "chooses trial [1-8], observed [0-9.]+" choices "${words}")
foreach(choice IN LISTS choices)
  string(REGEX MATCH "trial ([1-8]), observed ([0-9.]+)" choice "${choice}")
  expect(" ${CMAKE_MATCH_1} +${CMAKE_MATCH_2}  +${a_loss}")
endforeach()
string(REGEX MATCHALL "[Dd]ata: " labels "${words}")
string(REGEX MATCHALL "[Dd]ata: SIMULATED" simulated "${words}")
list(LENGTH labels label_count)
list(LENGTH simulated simulated_count)
if(NOT label_count EQUAL simulated_count OR label_count LESS 4)
  message(SEND_ERROR "each of the three tables and the head were expected to say SIMULATED: ${words}")
endif()

run(0 --quick --trials 2)
expect("can't|couldn't" "neither a data file nor a way to download it" "Data: SIMULATED")

file(WRITE "${stored}" "instant,dteday\n")
run(0 --quick --trials 2)
expect("hour.csv can't be used: the first line is 'instant,dteday' where these 17 columns" "Data: SIMULATED")

run(1 --data "${stored}")
expect("17 columns were expected")
run(1 --data "${WORK}/nothing.csv")
expect("nothing.csv can't be used: there is no such file")
run(1 --data)
expect("--data wants a value")
run(1 --data "${stored}" --simulated)
expect("exclude each other")
foreach(wrong IN ITEMS 0 -1 x 6x 1000000000000000000000)
  run(1 --trials "${wrong}")
  expect("--trials is '${wrong}' where a whole number from 1 to")
endforeach()
run(1 --quick --full)
expect("exclude each other")
run(1 --nonsense)
expect("unknown option '--nonsense'")

if(NOT "$ENV{KNOBLESS_BIKE_DATA}" STREQUAL "")
  run(0 --quick --data "$ENV{KNOBLESS_BIKE_DATA}")
  expect(${all_rows} "Data: $ENV{KNOBLESS_BIKE_DATA}")
  file(COPY_FILE "$ENV{KNOBLESS_BIKE_DATA}" "${stored}")
  run(0 --quick --trials 2)
  expect("Data: ${stored}")
  if(words MATCHES "SIMULATED|Downloading")
    message(SEND_ERROR "the stored file was expected to be used: ${words}")
  endif()
endif()
