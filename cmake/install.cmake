# Installation: headers, the package file for find_package(knobless), and the compiled library where it is built.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/knobless)

install(
  TARGETS knobless
  EXPORT knobless
  FILE_SET HEADERS
  FILE_SET parts)
install(EXPORT knobless NAMESPACE knobless:: FILE knobless-targets.cmake DESTINATION ${package_dir})

set(arch_independent ARCH_INDEPENDENT)
if(KNOBLESS_BUILD_COMPILED)
  install(TARGETS knobless_compiled EXPORT knobless-compiled)
  install(EXPORT knobless-compiled NAMESPACE knobless:: FILE knobless-compiled-targets.cmake DESTINATION ${package_dir})
  set(arch_independent)
endif()

configure_package_config_file(cmake/knobless-config.cmake.in knobless-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
  ${CMAKE_CURRENT_BINARY_DIR}/knobless-config-version.cmake COMPATIBILITY SameMinorVersion ${arch_independent})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/knobless-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/knobless-config-version.cmake
        DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/knobless)
