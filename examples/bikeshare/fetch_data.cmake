# Stores hour.csv of UCI's Bike Sharing archive in the folder where it is run:
#   cmake -P fetch_data.cmake
# The environment variable KNOBLESS_BIKE_URL names another place to take the archive from. The file appears whole and with
# the right checksum, or not at all: it is prepared in a folder of its own and renamed at the end.
cmake_minimum_required(VERSION 3.18...3.31)

set(url "https://archive.ics.uci.edu/static/public/275/bike+sharing+dataset.zip")
if(NOT "$ENV{KNOBLESS_BIKE_URL}" STREQUAL "")
  set(url "$ENV{KNOBLESS_BIKE_URL}")
endif()
set(checksum e03de4ee4ef4dc376ac6e04bf829673c6269e8eba5c60fa121640fa2f829504f)

set(folder "${CMAKE_CURRENT_BINARY_DIR}")
string(RANDOM LENGTH 12 unique)
set(work "${folder}/incomplete-${unique}")

# The reason goes to the standard output, so that a caller can show it without CMake's own words around it.
function(give_up reason)
  file(REMOVE_RECURSE "${work}")
  message(STATUS "${reason}")
  message(FATAL_ERROR "hour.csv was not stored.")
endfunction()

execute_process(COMMAND "${CMAKE_COMMAND}" -E make_directory "${work}" RESULT_VARIABLE failed ERROR_QUIET)
if(failed)
  give_up("The folder ${folder} can't be written to.")
endif()

message(STATUS "Downloading ${url}")
file(DOWNLOAD "${url}" "${work}/archive.zip" STATUS status TIMEOUT 60 INACTIVITY_TIMEOUT 10 TLS_VERIFY ON)
list(POP_FRONT status failed)
if(failed)
  give_up("The archive couldn't be downloaded: ${status}.")
endif()

execute_process(
  COMMAND "${CMAKE_COMMAND}" -E tar xf archive.zip hour.csv
  WORKING_DIRECTORY "${work}"
  RESULT_VARIABLE failed
  OUTPUT_QUIET ERROR_QUIET)
if(failed OR NOT EXISTS "${work}/hour.csv")
  give_up("The download is not the archive that was expected: hour.csv can't be extracted from it.")
endif()

file(SHA256 "${work}/hour.csv" found)
if(NOT found STREQUAL checksum)
  give_up("The archive's hour.csv has the SHA-256 checksum ${found} where ${checksum} was expected.")
endif()

execute_process(COMMAND "${CMAKE_COMMAND}" -E rename "${work}/hour.csv" "${folder}/hour.csv" RESULT_VARIABLE failed)
if(failed)
  give_up("${folder}/hour.csv can't be replaced.")
endif()
file(REMOVE_RECURSE "${work}")
message(STATUS "Stored ${folder}/hour.csv")
