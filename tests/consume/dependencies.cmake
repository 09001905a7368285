# Which versions of Eigen and Boost cmake/dependencies.cmake takes, in prefixes with no more than what it looks at.
#   COMPILER, GENERATOR, SOURCE, SCRATCH
set(here ${SCRATCH}/dependencies)
file(REMOVE_RECURSE ${here})
file(WRITE ${here}/project/CMakeLists.txt [[
cmake_minimum_required(VERSION 3.23)
project(finds LANGUAGES CXX)
set(CMAKE_FIND_USE_CMAKE_SYSTEM_PATH OFF)
set(CMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH OFF)
set(CMAKE_FIND_USE_PACKAGE_REGISTRY OFF)
include(${KNOBLESS_SOURCE}/cmake/dependencies.cmake)
if(knobless_missing)
  message(FATAL_ERROR "knobless needs${knobless_missing}")
endif()
file(GENERATE OUTPUT headers CONTENT "$<TARGET_PROPERTY:Boost::headers,INTERFACE_INCLUDE_DIRECTORIES>")
]])

# Package files as CMake's own helper writes them, of the kind that Eigen and Boost install: the major version must agree.
include(CMakePackageConfigHelpers)
function(package prefix name version content)
  file(WRITE ${prefix}/share/cmake/${name}/${name}Config.cmake "${content}")
  write_basic_package_version_file(
    ${prefix}/share/cmake/${name}/${name}ConfigVersion.cmake VERSION ${version} COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
endfunction()
function(eigen prefix version)
  package(${prefix} Eigen3 ${version} "add_library(Eigen3::Eigen INTERFACE IMPORTED)\n")
endfunction()
function(boost_headers prefix number)
  file(WRITE ${prefix}/boost/random/sobol.hpp "")
  file(WRITE ${prefix}/boost/version.hpp "//  BOOST_VERSION % 100 is the patch level\n#define BOOST_VERSION ${number}\n")
endfunction()

# Configures with `eigen` and `boost` as the prefixes and nothing of the system; `missing` is what it must say, if anything.
function(expect eigen boost missing)
  file(REMOVE_RECURSE ${here}/build)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${here}/project -B ${here}/build -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER}
            -D KNOBLESS_SOURCE=${SOURCE} -D CMAKE_PREFIX_PATH=${here}/${eigen} -D BOOST_ROOT=${here}/${boost}
    RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
  if("${missing}" STREQUAL "")
    if(NOT status EQUAL 0 OR err)
      message(FATAL_ERROR "${eigen} and ${boost} are refused, or taken with a warning:\n${err}")
    endif()
    file(READ ${here}/build/headers headers)
    if(NOT headers STREQUAL "${here}/${boost}" AND NOT headers STREQUAL "${here}/${boost}/include")
      message(FATAL_ERROR "${boost}: its headers are looked for in '${headers}'")
    endif()
  elseif(status EQUAL 0 OR NOT err MATCHES "${missing}")
    message(FATAL_ERROR "${eigen} and ${boost}: '${missing}' is not said:\n${err}")
  endif()
endfunction()

boost_headers(${here}/boost_unpacked 107400)
boost_headers(${here}/boost_old 107300)
boost_headers(${here}/boost_installed/include 108100)
package(${here}/boost_installed Boost 1.81.0 "add_library(Boost::headers INTERFACE IMPORTED)
target_include_directories(Boost::headers INTERFACE ${here}/boost_installed/include)\n")
foreach(version IN ITEMS 3.3.9 3.4.0 3.4.1 5.0.1)
  eigen(${here}/eigen_${version} ${version})
endforeach()

expect(eigen_3.4.0 boost_unpacked "")
expect(eigen_3.4.1 boost_installed "")
expect(eigen_5.0.1 boost_unpacked "")
expect(eigen_5.0.1 boost_installed "")
expect(eigen_3.3.9 boost_installed "Eigen 3.4 or newer: found 3.3.9")
expect(nowhere boost_installed "Eigen 3.4 or newer: Eigen3_ROOT")
expect(eigen_3.4.0 boost_old "Boost's headers 1.74 or newer")
expect(eigen_3.4.0 nowhere "Boost's headers 1.74 or newer")
