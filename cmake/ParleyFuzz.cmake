# parley_fuzzer(NAME <name> MODULE <folder> GROUP lib|src SOURCE <file>)
#
# One fuzz target beside the code: <file> defines LLVMFuzzerTestOneInput over module <folder>. With PARLEY_FUZZ it
# becomes a libFuzzer executable `<group>_<folder>_<name>_fuzz`, part of the target `fuzzers`. In ordinary builds the same
# code is linked with a tiny main that replays corpus/<name>/ (or corpus/<name>_fuzz/), as a ctest: every finding of the
# past stays found. parley_module() calls this for each *_fuzz.cpp it sees.
if(PARLEY_FUZZ)
  add_custom_target(fuzzers)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

function(parley_fuzzer)
  cmake_parse_arguments(F "" "NAME;MODULE;GROUP;SOURCE" "" ${ARGN})
  set(library ${F_GROUP}_${F_MODULE})
  set(target ${library}_${F_NAME}_fuzz)
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${F_NAME})
  if(NOT IS_DIRECTORY ${corpus})
    set(corpus ${corpus}_fuzz)
  endif()

  if(PARLEY_FUZZ)
    add_executable(${target} ${F_SOURCE})
    target_link_libraries(${target} PRIVATE ${library} parley_options)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    add_dependencies(fuzzers ${target})
    # Where `./dev fuzz` finds the corpus of each executable.
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/fuzz/${target}.corpus CONTENT "${corpus}\n" @ONLY)
  elseif(PARLEY_TESTS)
    if(NOT TARGET fuzz_replay_main)
      add_library(fuzz_replay_main OBJECT ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
      target_link_libraries(fuzz_replay_main PRIVATE parley_options)
    endif()
    add_executable(${target}_replay ${F_SOURCE} $<TARGET_OBJECTS:fuzz_replay_main>)
    target_link_libraries(${target}_replay PRIVATE ${library} parley_options)
    add_test(NAME ${F_MODULE}.Corpus.${F_NAME} COMMAND ${target}_replay ${corpus})
    set_tests_properties(${F_MODULE}.Corpus.${F_NAME} PROPERTIES LABELS unit TIMEOUT ${PARLEY_TEST_TIMEOUT_S})
  endif()
endfunction()
