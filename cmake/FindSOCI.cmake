# SOCI as Debian ships it: headers and libraries, no package of CMake's own.
#
#   find_package(SOCI 4.0 REQUIRED COMPONENTS sqlite3 postgresql)
#   target_link_libraries(... SOCI::sqlite3 SOCI::postgresql)
#
# The back ends are linked, never loaded by name: SOCI would look for them in the current folder too.
# Their headers include those of the databases' own libraries, so these come along.
find_path(SOCI_INCLUDE_DIR NAMES soci/soci.h)
find_library(SOCI_LIBRARY NAMES soci_core)
mark_as_advanced(SOCI_INCLUDE_DIR SOCI_LIBRARY)

if(SOCI_INCLUDE_DIR)
  file(STRINGS ${SOCI_INCLUDE_DIR}/soci/version.h soci_version_line REGEX "^#define SOCI_LIB_VERSION ")
  if(soci_version_line MATCHES "([0-9]+)_([0-9]+)_([0-9]+)")
    set(SOCI_VERSION ${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3})
  endif()
endif()

foreach(engine IN LISTS SOCI_FIND_COMPONENTS)
  find_library(SOCI_${engine}_LIBRARY NAMES soci_${engine})
  mark_as_advanced(SOCI_${engine}_LIBRARY)
  if(engine STREQUAL "sqlite3")
    find_package(SQLite3 QUIET)
    set(SOCI_${engine}_CLIENT SQLite::SQLite3)
  elseif(engine STREQUAL "postgresql")
    find_package(PostgreSQL QUIET)
    set(SOCI_${engine}_CLIENT PostgreSQL::PostgreSQL)
  endif()
  if(SOCI_${engine}_LIBRARY AND TARGET ${SOCI_${engine}_CLIENT})
    set(SOCI_${engine}_FOUND TRUE)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SOCI
  REQUIRED_VARS SOCI_LIBRARY SOCI_INCLUDE_DIR VERSION_VAR SOCI_VERSION HANDLE_COMPONENTS)

# As the system's own headers: what they warn of is not ours to mend.
if(SOCI_FOUND AND NOT TARGET SOCI::core)
  add_library(SOCI::core UNKNOWN IMPORTED)
  set_target_properties(SOCI::core PROPERTIES
    IMPORTED_LOCATION ${SOCI_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${SOCI_INCLUDE_DIR})
endif()
foreach(engine IN LISTS SOCI_FIND_COMPONENTS)
  if(SOCI_${engine}_FOUND AND NOT TARGET SOCI::${engine})
    add_library(SOCI::${engine} UNKNOWN IMPORTED)
    set_target_properties(SOCI::${engine} PROPERTIES
      IMPORTED_LOCATION ${SOCI_${engine}_LIBRARY}
      INTERFACE_LINK_LIBRARIES "SOCI::core;${SOCI_${engine}_CLIENT}")
  endif()
endforeach()
