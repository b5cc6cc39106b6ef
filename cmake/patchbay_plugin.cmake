# How a provider plugin is built: one shared object, one exported function, safe to load beside any
# other plugin and to unload again. The reasons, flag by flag:
#   version script, hidden visibility  two plugins, or two generations of one, with a function of the
#                                      same name must not meet; a C++ library has hundreds of those
#   -fno-gnu-unique                    a unique symbol is shared between generations and ties the
#                                      code to the process
#   -z now, -z defs                    what is missing is found at load or link time, not in a call
#   no run path                        a plugin is moved by copying its folder
include_guard(GLOBAL)

# patchbay_add_plugin(NAME <name> MANIFEST <path> [SCHEMAS <files...>] SOURCES <files...>
#                     [LINK <targets...>] [OUTPUT_DIRECTORY <dir>] [HASHED] [CHECKED])
#
# Makes the target plugin_<name>, which builds libpatchbay_<name>.so into OUTPUT_DIRECTORY (default:
# <build>/plugins/<name>) with the manifest, as manifest.json, and the schemas beside it: that folder
# is what a user copies. In a MANIFEST that ends with .in, @VARIABLES@ are replaced.
#
# HASHED puts the library's SHA-256 into the manifest with every build, so that a host refuses a
# library that is not the one that was built; not for libraries that are stripped afterwards.
# CHECKED adds a test, check/<name>, that runs patchbay-check on the folder.
# Each schema x.schema.json is also there for the sources as a C++ string
# literal, so that the text in the library and the file cannot drift apart:
#   constexpr char kSchema[] =
#   #include "x.schema.json.inc"
#       ;
function(patchbay_add_plugin)
  cmake_parse_arguments(PLUGIN "HASHED;CHECKED" "NAME;MANIFEST;OUTPUT_DIRECTORY" "SCHEMAS;SOURCES;LINK" ${ARGN})
  if(NOT PLUGIN_NAME OR NOT PLUGIN_MANIFEST OR NOT PLUGIN_SOURCES OR PLUGIN_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "patchbay_add_plugin needs NAME, MANIFEST and SOURCES; "
                        "not understood: '${PLUGIN_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT PLUGIN_OUTPUT_DIRECTORY)
    set(PLUGIN_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/plugins/${PLUGIN_NAME})
  endif()
  set(target plugin_${PLUGIN_NAME})
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)  # as installed
  if(NOT EXISTS ${map})
    set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../core/sdk/plugin.map)
  endif()
  set(literals ${CMAKE_CURRENT_BINARY_DIR}/${target}_literals)

  add_library(${target} MODULE ${PLUGIN_SOURCES})
  set_target_properties(${target} PROPERTIES
    PREFIX "" OUTPUT_NAME libpatchbay_${PLUGIN_NAME} LIBRARY_OUTPUT_DIRECTORY ${PLUGIN_OUTPUT_DIRECTORY}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    BUILD_RPATH "" SKIP_BUILD_RPATH ON
    LINK_DEPENDS ${map})
  target_include_directories(${target} PRIVATE ${literals})
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(CXX IN_LIST languages)
    target_compile_features(${target} PRIVATE cxx_std_20)
  endif()
  target_link_libraries(${target} PRIVATE Patchbay::sdk ${PLUGIN_LINK})
  if(TARGET patchbay_options)  # Patchbay's own
    target_link_libraries(${target} PRIVATE patchbay_options)
    if(COMMAND patchbay_precompiled AND NOT PLUGIN_SOURCES MATCHES "[.]c(;|$)")
      patchbay_precompiled(${target} code)
    endif()
  endif()
  target_compile_options(${target} PRIVATE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fno-gnu-unique>)
  target_link_options(${target} PRIVATE -Wl,-z,now -Wl,--version-script=${map})
  if(NOT PATCHBAY_SANITIZE)  # a sanitizer's runtime lives in the host's executable
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()

  if(PLUGIN_MANIFEST MATCHES "[.]in$")
    configure_file(${PLUGIN_MANIFEST} ${PLUGIN_OUTPUT_DIRECTORY}/manifest.json @ONLY)
  else()
    configure_file(${PLUGIN_MANIFEST} ${PLUGIN_OUTPUT_DIRECTORY}/manifest.json COPYONLY)
  endif()
  if(PLUGIN_HASHED)
    add_custom_command(TARGET ${target} POST_BUILD VERBATIM
      COMMAND ${CMAKE_COMMAND} -DLIBRARY=$<TARGET_FILE:${target}>
              -DMANIFEST=${PLUGIN_OUTPUT_DIRECTORY}/manifest.json
              -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/patchbay_hash.cmake)
  endif()
  if(PLUGIN_CHECKED)
    add_test(NAME check/${PLUGIN_NAME}
      COMMAND $<IF:$<TARGET_EXISTS:patchbay_check>,$<TARGET_FILE:patchbay_check>,Patchbay::check>
              ${PLUGIN_OUTPUT_DIRECTORY}/manifest.json)
  endif()
  file(MAKE_DIRECTORY ${literals})
  foreach(schema IN LISTS PLUGIN_SCHEMAS)
    get_filename_component(file ${schema} NAME)
    configure_file(${schema} ${PLUGIN_OUTPUT_DIRECTORY}/${file} COPYONLY)
    file(READ ${schema} text)
    file(CONFIGURE OUTPUT ${literals}/${file}.inc CONTENT "R\"schema(@text@)schema\"" @ONLY)
  endforeach()
endfunction()
