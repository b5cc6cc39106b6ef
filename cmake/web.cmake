# What the build takes from npm packages, and how files get into a binary.
#
# web/package.json names the packages; scripts/setup installs them into web/node_modules, which
# configuring does too where it has not been done.
find_program(PATCHBAY_NODE node REQUIRED)
enable_language(ASM)

set(PATCHBAY_WEB ${PROJECT_SOURCE_DIR}/web)
if(NOT "$ENV{PATCHBAY_SETUP}" STREQUAL "skip")
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/setup web COMMAND_ERROR_IS_FATAL ANY)
endif()
if(NOT EXISTS ${PATCHBAY_WEB}/node_modules/js-tiktoken/package.json)
  message(FATAL_ERROR "web/node_modules is missing what the build takes from npm; scripts/setup web installs it")
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PATCHBAY_WEB}/package-lock.json)

# patchbay_web_file(OUTPUT KIND [ARGUMENT...] DEPENDS file...): a file that web/pack.mjs makes; it
# says which kinds there are.
function(patchbay_web_file output)
  cmake_parse_arguments(PACK "" "" "DEPENDS" ${ARGN})
  add_custom_command(OUTPUT ${output}
    COMMAND ${PATCHBAY_NODE} ${PATCHBAY_WEB}/pack.mjs ${output} ${PACK_UNPARSED_ARGUMENTS}
    DEPENDS ${PATCHBAY_WEB}/pack.mjs ${PACK_DEPENDS} ${PATCHBAY_WEB}/package-lock.json
    COMMENT "Packing ${output}" VERBATIM)
endfunction()

# patchbay_embed(TARGET SYMBOL FILE): the bytes of FILE between the symbols SYMBOL and SYMBOL_end of
# TARGET, which only that target sees.
function(patchbay_embed target symbol file)
  set(PATCHBAY_EMBED_SYMBOL ${symbol})
  set(PATCHBAY_EMBED_FILE ${file})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/embedded.S.in ${source} @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source} ${file})
endfunction()
