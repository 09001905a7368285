# --help of the scripts says what they do where nothing is installed: it neither installs, configures nor builds.
#   cmake -D SCRIPTS=<scripts> -D WORK=<scratch folder> -P help_test.cmake
cmake_minimum_required(VERSION 3.23...3.31)

# Programs that would do so, and that leave a mark instead.
file(REMOVE_RECURSE "${WORK}")
foreach(program IN ITEMS cmake ninja apt-get sudo c++ g++ clang++ mkdocs doxygen)
  file(WRITE "${WORK}/bin/${program}" "#!/bin/sh\ntouch '${WORK}/used-${program}'\nexit 1\n")
  file(CHMOD "${WORK}/bin/${program}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endforeach()

function(expect_help expected script)
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env "PATH=${WORK}/bin:$ENV{PATH}" bash "${SCRIPTS}/${script}" ${ARGN} --help
    RESULT_VARIABLE exit
    OUTPUT_VARIABLE words
    ERROR_VARIABLE errors)
  file(GLOB used "${WORK}/used-*")
  if(NOT exit EQUAL 0 OR NOT errors STREQUAL "" OR used)
    message(SEND_ERROR "${script} ${ARGN} --help: exit ${exit}, ${errors} ${used}")
  endif()
  if(NOT words MATCHES "${expected}")
    message(SEND_ERROR "\"${expected}\" was expected in what ${script} ${ARGN} --help said: ${words}")
  endif()
endfunction()

expect_help("--quick .*--full" bikeshare)
expect_help("--quick" bikeshare --simulated)
expect_help("--data FILE" example bikeshare)
expect_help("walker \\[picture.svg\\]" example walker)
expect_help("cartpole \\[picture.svg\\]" example cartpole)
expect_help("game_loop \\[frames\\]" example game_loop)
expect_help("30 runs" example robot)
expect_help("bikeshare cartpole game_loop robot walker" example)
expect_help("scripts/setup \\[package" setup)
expect_help("scripts/test \\[preset\\]" test)
expect_help("build/docs" docs)
