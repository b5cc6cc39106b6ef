# What every target of ours is compiled with.
option(PATCHBAY_WERROR "Treat warnings as errors" OFF)
option(PATCHBAY_TESTS "Build the tests" ON)
option(PATCHBAY_BENCH "Know the target `bench`, the programs that scripts/bench measures with" OFF)
set(PATCHBAY_SANITIZE "" CACHE STRING "Comma-separated sanitizers, as for -fsanitize")
set(PATCHBAY_ONLY "" CACHE STRING "Build one kind of target only: tsan or fuzz; empty builds everything")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(patchbay_options INTERFACE)
target_include_directories(patchbay_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(patchbay_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wformat=2 -Wimplicit-fallthrough -fvisibility=hidden
  $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wduplicated-cond -Wlogical-op>
  $<$<BOOL:${PATCHBAY_WERROR}>:-Werror>)
if(PATCHBAY_SANITIZE)
  target_compile_options(patchbay_options INTERFACE
    -fsanitize=${PATCHBAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(patchbay_options INTERFACE -fsanitize=${PATCHBAY_SANITIZE})
  target_compile_definitions(patchbay_options INTERFACE PATCHBAY_SANITIZED=1)
else()
  # Optimising, g++ 12 sees two warnings where nothing is wrong, inside std::string and std::function.
  target_compile_options(patchbay_options INTERFACE $<$<CONFIG:Release>:-g1>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict -Wno-maybe-uninitialized>)
  target_compile_definitions(patchbay_options INTERFACE
    $<$<CONFIG:Release>:_FORTIFY_SOURCE=2> $<$<CONFIG:Release>:_GLIBCXX_ASSERTIONS>)
  target_link_options(patchbay_options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(PATCHBAY_SANITIZE MATCHES "address")
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  set(CMAKE_C_FLAGS_DEBUG "-O1 -g1")
elseif(PATCHBAY_SANITIZE MATCHES "thread")
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")
endif()
include(${CMAKE_CURRENT_LIST_DIR}/precompiled.cmake)

# patchbay_room(NAME SOURCES ... LINK ...): one static library for a room of core/.
# LINK names what the room's headers need; the include directions are checked by scripts/tidy.py.
function(patchbay_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINK" ${ARGN})
  if(ROOM_SOURCES)
    add_library(patchbay_${name} STATIC ${ROOM_SOURCES})
    target_link_libraries(patchbay_${name} PUBLIC patchbay_options ${ROOM_LINK})
    patchbay_precompiled(patchbay_${name} code)
  else()
    add_library(patchbay_${name} INTERFACE)
    target_link_libraries(patchbay_${name} INTERFACE patchbay_options ${ROOM_LINK})
  endif()
endfunction()
