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

if(TARGET knobless_journal)
  install(
    TARGETS knobless_journal
    EXPORT knobless-journal
    FILE_SET HEADERS
    FILE_SET parts)
  install(EXPORT knobless-journal NAMESPACE knobless:: FILE knobless-journal-targets.cmake DESTINATION ${package_dir})
endif()

set(arch_independent ARCH_INDEPENDENT)
if(TARGET knobless_command)
  install(TARGETS knobless_command)
  install(FILES packaging/completion/knobless DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endif()
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
install(FILES cmake/dependencies.cmake DESTINATION ${package_dir} RENAME knobless-dependencies.cmake)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/knobless)

# For pkg-config: the headers. The file tells where it lies itself, so that the installation can be moved.
set(pc_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
if(IS_ABSOLUTE "${CMAKE_INSTALL_DATADIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
  set(pc_includedir ${CMAKE_INSTALL_FULL_INCLUDEDIR})
else()
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${pc_dir} OUTPUT_VARIABLE up)
  set(pc_prefix "\${pcfiledir}/${up}")
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(cmake/knobless.pc.in knobless.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/knobless.pc DESTINATION ${pc_dir})
