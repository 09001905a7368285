# What examples/bikeshare/fetch_data.cmake does with archives good and bad, without a network:
#   cmake -D SCRIPT=<fetch_data.cmake> -D WORK=<scratch folder> -P fetch_data_test.cmake
# The good one is tested where the environment variable KNOBLESS_BIKE_DATA names hour.csv.
cmake_minimum_required(VERSION 3.23...3.31)

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}/archives")
set(archives "${WORK}/archives")

# Runs the script on an archive in the folder "a cache", which holds what `before` says, and expects its words and result.
function(fetch archive expected_words expected_files)
  set(cache "${WORK}/a cache")
  file(MAKE_DIRECTORY "${cache}")
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env "KNOBLESS_BIKE_URL=file://${archives}/${archive}" "${CMAKE_COMMAND}" -P "${SCRIPT}"
    WORKING_DIRECTORY "${cache}"
    RESULT_VARIABLE failed
    OUTPUT_VARIABLE words
    ERROR_QUIET)
  file(GLOB files RELATIVE "${cache}" "${cache}/*")
  if(NOT words MATCHES "${expected_words}")
    message(SEND_ERROR "${archive}: it said \"${words}\" where \"${expected_words}\" was expected")
  endif()
  if(NOT "${files}" STREQUAL "${expected_files}")
    message(SEND_ERROR "${archive}: it left \"${files}\" where \"${expected_files}\" was expected")
  endif()
  if(failed EQUAL 0 AND NOT words MATCHES "Stored")
    message(SEND_ERROR "${archive}: it claimed success")
  endif()
endfunction()

function(make_archive name content)
  file(WRITE "${archives}/${content}" "season,hour\n1,2\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" -E tar cf "${name}" --format=zip "${content}" WORKING_DIRECTORY "${archives}"
                  COMMAND_ERROR_IS_FATAL ANY)
endfunction()

make_archive(other.zip hour.csv)
make_archive(without.zip day.csv)
file(WRITE "${archives}/page.zip" "<html>Moved</html>\n")
file(WRITE "${archives}/empty.zip" "")

fetch(missing.zip "couldn't be downloaded" "")
fetch(page.zip "hour.csv can't be extracted" "")
fetch(empty.zip "hour.csv can't be extracted" "")
fetch(without.zip "hour.csv can't be extracted" "")
fetch(other.zip "has the SHA-256 checksum .* where e03de4ee.* was expected" "")

# What was there before stays.
file(WRITE "${WORK}/a cache/hour.csv" "older\n")
fetch(other.zip "checksum" "hour.csv")
file(READ "${WORK}/a cache/hour.csv" kept)
if(NOT kept STREQUAL "older\n")
  message(SEND_ERROR "a download that failed changed the file that was there")
endif()

if(NOT "$ENV{KNOBLESS_BIKE_DATA}" STREQUAL "")
  file(COPY_FILE "$ENV{KNOBLESS_BIKE_DATA}" "${archives}/hour.csv")
  execute_process(COMMAND "${CMAKE_COMMAND}" -E tar cf good.zip --format=zip hour.csv WORKING_DIRECTORY "${archives}"
                  COMMAND_ERROR_IS_FATAL ANY)
  fetch(good.zip "Stored .*/a cache/hour.csv" "hour.csv")
  file(SHA256 "${WORK}/a cache/hour.csv" stored)
  file(SHA256 "$ENV{KNOBLESS_BIKE_DATA}" given)
  if(NOT stored STREQUAL given)
    message(SEND_ERROR "what was stored is not what the archive holds")
  endif()

  file(SIZE "${archives}/good.zip" size)
  math(EXPR half "${size} / 2")
  execute_process(COMMAND dd if=good.zip of=cut.zip bs=1 count=${half} WORKING_DIRECTORY "${archives}" ERROR_QUIET)
  file(REMOVE "${WORK}/a cache/hour.csv")
  fetch(cut.zip "can't be extracted|checksum" "")
endif()
