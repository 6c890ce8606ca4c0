# parley_fuzzer(NAME <name> MODULE <folder> GROUP lib|src SOURCE <file>)
#
# One fuzz target beside the code, called `<folder>_<name>`: <file> defines LLVMFuzzerTestOneInput over module <folder>.
# A line `// libFuzzer: -max_len=N …` in it gives the options it is to be run with. It becomes, as configured:
#   PARLEY_FUZZ           a libFuzzer executable fuzz/<folder>_<name>, part of the target `fuzzers`; beside it stand
#                         .corpus (the folder of its committed inputs), .options and .sources (the module's folder);
#   PARLEY_FUZZ_COVERAGE  fuzz/<folder>_<name> that replays a folder and writes down which lines it reached, likewise;
#   otherwise             <target>_replay, and a ctest that replays corpus/<name>/: every finding of the past stays found.
# parley_module() calls this for each *_fuzz.cpp it sees.
option(PARLEY_FUZZ_COVERAGE "Build replays of the fuzz corpora that measure coverage (clang only)" OFF)
if(PARLEY_FUZZ OR PARLEY_FUZZ_COVERAGE)
  add_custom_target(fuzzers)
endif()
if(PARLEY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_library(fuzz_defaults OBJECT ${PROJECT_SOURCE_DIR}/tests/fuzz/sanitizer_defaults.cpp)
elseif(PARLEY_FUZZ_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

function(parley_fuzzer)
  cmake_parse_arguments(F "" "NAME;MODULE;GROUP;SOURCE" "" ${ARGN})
  set(library ${F_GROUP}_${F_MODULE})
  set(name ${F_MODULE}_${F_NAME})
  set(target ${name}_fuzz)
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${F_NAME})

  if(NOT PARLEY_FUZZ AND (PARLEY_FUZZ_COVERAGE OR PARLEY_TESTS) AND NOT TARGET fuzz_replay_main)
    add_library(fuzz_replay_main OBJECT ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    target_link_libraries(fuzz_replay_main PRIVATE parley_options)
  endif()

  if(PARLEY_FUZZ OR PARLEY_FUZZ_COVERAGE)
    if(PARLEY_FUZZ)
      add_executable(${target} ${F_SOURCE} $<TARGET_OBJECTS:fuzz_defaults>)
      # The fuzzer learns from the comparisons of the code under test; those of the harness only cost time.
      target_compile_options(${target} PRIVATE -fno-sanitize-coverage=trace-cmp)
      target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
      add_executable(${target} ${F_SOURCE} $<TARGET_OBJECTS:fuzz_replay_main>)
    endif()
    target_link_libraries(${target} PRIVATE ${library} parley_options)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz)  # fuzz_input.hpp
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    add_dependencies(fuzzers ${target})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${F_SOURCE})  # its options
    file(STRINGS ${F_SOURCE} options REGEX "^// libFuzzer: ")
    string(REPLACE "// libFuzzer: " "" options "${options}")
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/fuzz/${name}.options CONTENT "${options}\n" @ONLY)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/fuzz/${name}.corpus CONTENT "${corpus}\n" @ONLY)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/fuzz/${name}.sources CONTENT "${CMAKE_CURRENT_SOURCE_DIR}\n" @ONLY)
  elseif(PARLEY_TESTS)
    add_executable(${target}_replay ${F_SOURCE} $<TARGET_OBJECTS:fuzz_replay_main>)
    target_link_libraries(${target}_replay PRIVATE ${library} parley_options)
    target_include_directories(${target}_replay PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz)
    add_test(NAME ${F_MODULE}.Corpus.${F_NAME} COMMAND ${target}_replay ${corpus})
    set_tests_properties(${F_MODULE}.Corpus.${F_NAME} PROPERTIES LABELS unit TIMEOUT ${PARLEY_TEST_TIMEOUT_S})
  endif()
endfunction()
