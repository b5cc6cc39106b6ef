# What `cmake --install` puts where, in two components: `patchbay`, the server with its plugins, and
# `sdk`, what a plugin's author needs. CPack makes a Debian package of each.
include(CMakePackageConfigHelpers)

file(STRINGS ${PROJECT_SOURCE_DIR}/core/sdk/patchbay/abi.h numbers REGEX "#define PBAY_ABI_M[AI][JN]OR ")
string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*" "\\1.\\2" PATCHBAY_ABI_VERSION "${numbers}")
string(REGEX REPLACE "[.].*" "" abi_major "${PATCHBAY_ABI_VERSION}")

set(PATCHBAY_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Patchbay)
set(PATCHBAY_DATA_DIR ${CMAKE_INSTALL_DATADIR}/patchbay)
# Not the library folder of the architecture: the manifest says the architecture, and a server looks
# in one place.
set(PATCHBAY_PLUGIN_DIR lib/patchbay/plugins/${abi_major})

# ---- the server --------------------------------------------------------------------------------
get_property(bundled GLOBAL PROPERTY PATCHBAY_BUNDLED_PLUGINS)
foreach(plugin IN LISTS bundled)
  install(DIRECTORY ${PROJECT_BINARY_DIR}/plugins/${plugin} DESTINATION ${PATCHBAY_PLUGIN_DIR} COMPONENT patchbay
    USE_SOURCE_PERMISSIONS FILES_MATCHING PATTERN "*.so" PATTERN "*.json")
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/config/patchbay.yaml DESTINATION ${PATCHBAY_DATA_DIR} COMPONENT patchbay)

# ---- the SDK -----------------------------------------------------------------------------------
install(TARGETS patchbay_sdk EXPORT PatchbayTargets COMPONENT sdk)
install(EXPORT PatchbayTargets NAMESPACE Patchbay:: DESTINATION ${PATCHBAY_CMAKE_DIR} COMPONENT sdk)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/core/sdk/patchbay DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT sdk
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/PatchbayConfig.cmake.in
  ${PROJECT_BINARY_DIR}/sdk/PatchbayConfig.cmake
  INSTALL_DESTINATION ${PATCHBAY_CMAKE_DIR}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_BINDIR PATCHBAY_DATA_DIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sdk/PatchbayConfigVersion.cmake
  VERSION ${PATCHBAY_ABI_VERSION} COMPATIBILITY SameMajorVersion ARCH_INDEPENDENT)
configure_file(${PROJECT_SOURCE_DIR}/cmake/patchbay-plugin.pc.in
  ${PROJECT_BINARY_DIR}/sdk/patchbay-plugin.pc @ONLY)
install(FILES
    ${PROJECT_BINARY_DIR}/sdk/PatchbayConfig.cmake
    ${PROJECT_BINARY_DIR}/sdk/PatchbayConfigVersion.cmake
    ${PROJECT_SOURCE_DIR}/cmake/patchbay_plugin.cmake
    ${PROJECT_SOURCE_DIR}/cmake/patchbay_hash.cmake
    ${PROJECT_SOURCE_DIR}/core/sdk/plugin.map
  DESTINATION ${PATCHBAY_CMAKE_DIR} COMPONENT sdk)
install(FILES ${PROJECT_BINARY_DIR}/sdk/patchbay-plugin.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig
  COMPONENT sdk)
install(FILES ${PROJECT_SOURCE_DIR}/core/sdk/manifest.schema.json DESTINATION ${PATCHBAY_DATA_DIR} COMPONENT sdk)
# A source tree without its documents, as a container's, has no template either.
if(EXISTS ${PROJECT_SOURCE_DIR}/docs/plugin-template)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/plugin-template ${PROJECT_SOURCE_DIR}/docs/tool-template DESTINATION ${PATCHBAY_DATA_DIR} COMPONENT sdk)
  install(PROGRAMS ${PROJECT_SOURCE_DIR}/scripts/new_plugin DESTINATION ${CMAKE_INSTALL_BINDIR}
    RENAME patchbay-new-plugin COMPONENT sdk)
endif()

# ---- Debian packages ---------------------------------------------------------------------------
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR Patchbay)
set(CPACK_PACKAGE_CONTACT "Patchbay <patchbay@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_COMPONENTS_ALL patchbay sdk)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PATCHBAY_PACKAGE_NAME patchbay)
set(CPACK_DEBIAN_PATCHBAY_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PATCHBAY_PACKAGE_DEPENDS ca-certificates)
set(CPACK_DEBIAN_PATCHBAY_PACKAGE_RECOMMENDS "poppler-utils, unzip")
set(CPACK_COMPONENT_PATCHBAY_DESCRIPTION "An LLM proxy whose providers are plugins: the server.")
set(CPACK_DEBIAN_SDK_PACKAGE_NAME patchbay-dev)
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_SDK_DESCRIPTION "What a provider plugin for Patchbay is built and checked with.")
include(CPack)
