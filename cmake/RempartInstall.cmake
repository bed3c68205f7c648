# install and the .deb: the program, and its confined roles where the program looks for them.
include(GNUInstallDirs)
# Only the program is installed, so a package waits for no test: `make package` builds it first.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
get_property(apps GLOBAL PROPERTY REMPART_APPS)
get_property(roles GLOBAL PROPERTY REMPART_ROLES)
install(TARGETS ${apps})
install(TARGETS ${roles} DESTINATION libexec/rempart)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "Rempart developers <rempart@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
