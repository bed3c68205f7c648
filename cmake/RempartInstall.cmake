# install, find_package(rempart), pkg-config, and the .deb: the program with its confined roles where
# it looks for them, and, as the component `dev`, the recognition library with its headers.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
# Only the program is installed, so a package waits for no test: `make package` builds it first.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
get_property(apps GLOBAL PROPERTY REMPART_APPS)
get_property(roles GLOBAL PROPERTY REMPART_ROLES)
install(TARGETS ${apps} COMPONENT tools)
install(TARGETS ${roles} DESTINATION libexec/rempart COMPONENT tools)

# What others may build on (docs/library.md). Users come before what they use, for static linking.
set(library_modules recognise core)
list(TRANSFORM library_modules PREPEND rempart_ OUTPUT_VARIABLE library_targets)
install(TARGETS ${library_targets} EXPORT rempartTargets COMPONENT dev)
foreach(module IN LISTS library_modules)
  install(DIRECTORY include/rempart/${module}
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rempart COMPONENT dev)
endforeach()
install(EXPORT rempartTargets NAMESPACE rempart:: COMPONENT dev
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/rempart)
configure_package_config_file(cmake/rempartConfig.cmake.in rempartConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/rempart)
write_basic_package_version_file(rempartConfigVersion.cmake COMPATIBILITY SameMinorVersion)
list(TRANSFORM library_targets PREPEND -l OUTPUT_VARIABLE pc_libraries)
list(JOIN pc_libraries " " pc_libraries)
# Relative, so that the installed tree can be moved.
file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/rempart.pc.in rempart.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/rempartConfig.cmake ${PROJECT_BINARY_DIR}/rempartConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/rempart COMPONENT dev)
install(FILES ${PROJECT_BINARY_DIR}/rempart.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PACKAGE_CONTACT "Rempart developers <rempart@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME rempart)
set(CPACK_DEBIAN_DEV_PACKAGE_NAME librempart-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libfmt-dev, libexpected-dev, libssl-dev")
include(CPack)
