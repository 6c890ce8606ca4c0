# parley_module(NAME <folder> GROUP lib|src RANK <n> [DEPENDS <folders>…] [EXTERNAL <targets>…]
#               [PRIVATE_EXTERNAL <targets>…] [TEST_DEPENDS <targets>…])
#
# Makes of the current folder one static library `<group>_<folder>` from its *.cpp, and one test executable
# `<group>_<folder>_test` from its *_test.cpp; each *_fuzz.cpp becomes a target of its own (ParleyFuzz). A main.cpp,
# *_main.cpp or *_bench.cpp is left to the folder's own CMakeLists.txt. EXTERNAL: what a program that uses the module has
# to link as well; PRIVATE_EXTERNAL: headers that our sources alone need. TEST_DEPENDS: what the tests alone link.
# Dependencies may only point to a lower rank, and lib/ may not know src/: anything else stops the configuration.
# tests/tidy checks the same for #include lines. Modules of lib/ are part of the installed package (ParleyInstall).
set_property(GLOBAL PROPERTY PARLEY_MODULES "")

# Stops unless module `name` of `group` and `rank` may depend on `dep`.
function(parley_check_layer name group rank dep)
  get_property(dep_rank GLOBAL PROPERTY PARLEY_RANK_${dep})
  get_property(dep_group GLOBAL PROPERTY PARLEY_GROUP_${dep})
  if("${dep_rank}" STREQUAL "")
    message(FATAL_ERROR "${name} depends on ${dep}, which does not exist (yet): modules are declared lowest rank first")
  elseif(group STREQUAL "lib" AND NOT dep_group STREQUAL "lib")
    message(FATAL_ERROR "lib/${name} may not depend on src/${dep}")
  elseif(group STREQUAL dep_group AND NOT dep_rank LESS rank)
    message(FATAL_ERROR "${name} (rank ${rank}) may not depend on ${dep} (rank ${dep_rank}): dependencies point downwards")
  endif()
endfunction()

function(parley_module)
  cmake_parse_arguments(M "" "NAME;GROUP;RANK" "DEPENDS;EXTERNAL;PRIVATE_EXTERNAL;TEST_DEPENDS" ${ARGN})
  if(M_UNPARSED_ARGUMENTS OR NOT M_GROUP MATCHES "^(lib|src)$" OR NOT M_RANK MATCHES "^[0-9]+$")
    message(FATAL_ERROR "parley_module(${ARGN}): needs NAME, GROUP lib|src, RANK <n>; unknown: ${M_UNPARSED_ARGUMENTS}")
  endif()
  get_property(known GLOBAL PROPERTY PARLEY_RANK_${M_NAME})
  if(NOT "${known}" STREQUAL "")
    message(FATAL_ERROR "two modules are called ${M_NAME}")
  endif()
  set(target ${M_GROUP}_${M_NAME})
  set_property(GLOBAL PROPERTY PARLEY_RANK_${M_NAME} ${M_RANK})
  set_property(GLOBAL PROPERTY PARLEY_GROUP_${M_NAME} ${M_GROUP})
  set_property(GLOBAL APPEND PROPERTY PARLEY_MODULES ${M_NAME})

  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|_bench|_main|/main)\\.cpp$")
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:parley_options>)
    foreach(external IN LISTS M_PRIVATE_EXTERNAL)
      target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${external}>)
    endforeach()
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>)

  foreach(dep IN LISTS M_DEPENDS)
    parley_check_layer(${M_NAME} ${M_GROUP} ${M_RANK} ${dep})
    get_property(group GLOBAL PROPERTY PARLEY_GROUP_${dep})
    target_link_libraries(${target} ${scope} ${group}_${dep})
  endforeach()
  target_link_libraries(${target} ${scope} ${M_EXTERNAL})
  if(M_GROUP STREQUAL "lib")
    parley_package_module(${M_NAME} ${target} ${scope} ${M_EXTERNAL})
  endif()

  if(tests AND PARLEY_TESTS)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} ${M_TEST_DEPENDS} parley_options GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${target}_test TEST_PREFIX "${M_NAME}." DISCOVERY_TIMEOUT 60
                         PROPERTIES LABELS unit TIMEOUT ${PARLEY_TEST_TIMEOUT_S})
  endif()
  foreach(source IN LISTS fuzzers)
    get_filename_component(name ${source} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${name})
    parley_fuzzer(NAME ${name} MODULE ${M_NAME} GROUP ${M_GROUP} SOURCE ${source})
  endforeach()
endfunction()
