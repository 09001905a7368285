# Every macro that the headers of knobless define begins with KNOBLESS_.
list(TRANSFORM INCLUDES PREPEND "-I")
foreach(headers external all)
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -x c++ -E -dM ${INCLUDES} ${GENERATED}/${headers}_headers.hpp
    OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "#define [A-Za-z0-9_]+" ${headers} "${output}")
endforeach()
list(REMOVE_ITEM all ${external})
set(ours ${all})
list(FILTER all EXCLUDE REGEX "^#define KNOBLESS_")
if(all)
  message(FATAL_ERROR "macros without our prefix: ${all}")
endif()
list(LENGTH ours count)
if(count EQUAL 0)
  message(FATAL_ERROR "no macro at all: the check sees nothing")
endif()
message("${count} macros, all with our prefix")
