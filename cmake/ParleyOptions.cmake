# Language level, warnings, sanitizers and external packages, for every target of the tree.
option(PARLEY_SERVER "Build the chat server, not the library alone" ON)
option(PARLEY_WEB "Build the web app into the executable (needs Node)" ON)
option(PARLEY_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(PARLEY_TESTS "Build the tests" ON)
option(PARLEY_EXAMPLES "Build the examples, and what the conformance tests talk to" ON)
set(PARLEY_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")
set(PARLEY_TEST_TIMEOUT_S 120 CACHE STRING "Seconds after which a single test is ended as failed")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set_property(GLOBAL PROPERTY USE_FOLDERS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# No precompiled headers: GoogleTest costs 0.8 s a file, Asio 1.5 s, and the few files with Boost are behind headers
# without it; a second configuration of every flag and ccache misses would cost more.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(parley_options INTERFACE)
target_compile_options(parley_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wsign-conversion;-Wold-style-cast;-Wnon-virtual-dtor;-Woverloaded-virtual;-Wnull-dereference;-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these falsely from inlined standard-library code at -O2 and above.
  target_compile_options(parley_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-null-dereference;-Wno-restrict;-Wno-maybe-uninitialized;-Wno-stringop-overflow;-Wno-array-bounds;-Wno-dangling-pointer;-Wno-mismatched-new-delete>)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)  # bounds of operator[], front(), optional: checked
endif()
if(PARLEY_SANITIZE)
  add_compile_options(-fsanitize=${PARLEY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PARLEY_SANITIZE})
endif()

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
add_library(boost_headers INTERFACE)
target_include_directories(boost_headers SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(boost_headers INTERFACE BOOST_ALL_NO_LIB BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
if(PARLEY_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
