# The headers that nearly every file reads are compiled once for all of them, which halves the time
# that a sanitized build takes. Files still include what they use: the preset `release` precompiles
# nothing, and so finds an include that is missing.
option(PATCHBAY_PRECOMPILE "Compile the headers of the standard library and of GoogleTest once" OFF)

if(PATCHBAY_PRECOMPILE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 keeps quiet about what it wrongly suspects in headers of the system, but not once they are precompiled.
  target_compile_options(patchbay_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds>
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict> $<$<COMPILE_LANGUAGE:CXX>:-Wno-stringop-overflow>
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-stringop-overread> $<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>)
endif()

if(PATCHBAY_PRECOMPILE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # ccache would not find again what was compiled with headers of another minute.
  target_compile_options(patchbay_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

set(PATCHBAY_STANDARD_HEADERS <algorithm> <array> <chrono> <functional> <map> <memory> <optional> <span>
  <string> <string_view> <unordered_map> <variant> <vector>)

# patchbay_precompiled(TARGET KIND): the target's C++ files find the headers of that kind compiled.
# code: those of the standard library. tests: GoogleTest's too.
function(patchbay_precompiled target kind)
  if(NOT PATCHBAY_PRECOMPILE)
    return()
  endif()
  set(owner patchbay_precompiled_${kind})
  if(NOT TARGET ${owner})
    set(source ${PROJECT_BINARY_DIR}/precompiled_${kind}.cpp)
    if(kind STREQUAL "code")
      file(CONFIGURE OUTPUT ${source} CONTENT "\n")
      add_library(${owner} STATIC EXCLUDE_FROM_ALL ${source})
      target_precompile_headers(${owner} PRIVATE ${PATCHBAY_STANDARD_HEADERS})
    else()
      # A program, because its position-independent code is of another kind than a library's.
      file(CONFIGURE OUTPUT ${source} CONTENT "int main() {}\n")
      add_executable(${owner} EXCLUDE_FROM_ALL ${source})
      target_link_libraries(${owner} PRIVATE GTest::gmock)
      target_precompile_headers(${owner} PRIVATE <gmock/gmock.h> <filesystem> <fstream> <future>
        ${PATCHBAY_STANDARD_HEADERS})
      patchbay_test_options(${owner})
    endif()
    target_link_libraries(${owner} PRIVATE patchbay_options)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()

# What tests are compiled with beside the options of all: they need not be quick themselves.
function(patchbay_test_options target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O0>)
endfunction()
