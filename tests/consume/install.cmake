# Installs the build in BUILD and moves it to SCRATCH/prefix. Begins afresh, so that nothing of an earlier run helps.
file(REMOVE_RECURSE ${SCRATCH}/prefix ${SCRATCH}/elsewhere ${SCRATCH}/package)
execute_process(
  COMMAND ${CMAKE_COMMAND} --install ${BUILD} --config ${CONFIG} --prefix ${SCRATCH}/elsewhere COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${SCRATCH}/elsewhere ${SCRATCH}/prefix)
