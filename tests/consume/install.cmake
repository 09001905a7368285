# Builds and installs knobless, with its compiled library, into SCRATCH/prefix.
file(REMOVE_RECURSE ${SCRATCH})
foreach(step
    "-S;${SOURCE};-B;${SCRATCH}/build;-G;${GENERATOR};-DCMAKE_CXX_COMPILER=${COMPILER};-DCMAKE_BUILD_TYPE=Debug;-DKNOBLESS_BUILD_TESTS=OFF;-DKNOBLESS_BUILD_EXAMPLES=OFF;-DKNOBLESS_BUILD_COMPILED=ON"
    "--build;${SCRATCH}/build"
    "--install;${SCRATCH}/build;--prefix;${SCRATCH}/prefix")
  execute_process(COMMAND ${CMAKE_COMMAND} ${step} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
