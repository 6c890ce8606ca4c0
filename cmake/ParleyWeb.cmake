# parley_web_assets: the web app as a library, <parley/web/assets.hpp>. With PARLEY_WEB off it holds an empty table and
# needs no Node. The app is built into the build tree by web/tools/build.sh; Node and the packages are shared by all
# build trees of this checkout and made once for each lock.
cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH web_root)
set(PARLEY_NODE_PREFIX ${web_root}/build/node CACHE PATH "Where the pinned Node is installed")
set(web_source ${web_root}/web)
set(web_build ${PROJECT_BINARY_DIR}/web)

if(PARLEY_WEB)
  file(GLOB_RECURSE web_inputs CONFIGURE_DEPENDS ${web_source}/src/* ${web_source}/public/*)
  list(FILTER web_inputs EXCLUDE REGEX "\\.test\\.ts$")
  foreach(name index.html vite.config.ts tsconfig.json package.json package-lock.json .npmrc
               tools/build.sh tools/toolchain.sh tools/embed.mjs)
    list(APPEND web_inputs ${web_source}/${name})
  endforeach()
  add_custom_command(
    OUTPUT ${web_build}/assets.S ${web_build}/assets.cpp
    COMMAND ${web_source}/tools/build.sh ${PARLEY_NODE_PREFIX} ${web_build}
    DEPENDS ${web_inputs}
    COMMENT "Building the web app"
    VERBATIM)
  add_library(parley_web_assets STATIC ${web_build}/assets.S ${web_build}/assets.cpp)
else()
  add_library(parley_web_assets STATIC ${web_source}/assets_none.cpp)
endif()
target_include_directories(parley_web_assets PUBLIC ${web_source}/include)
target_link_libraries(parley_web_assets PRIVATE parley_options)

if(PARLEY_TESTS)
  add_executable(parley_web_assets_test ${web_source}/assets_test.cpp)
  target_link_libraries(parley_web_assets_test PRIVATE parley_web_assets parley_options GTest::gtest_main)
  target_compile_definitions(parley_web_assets_test PRIVATE $<$<BOOL:${PARLEY_WEB}>:PARLEY_WITH_WEB>)
  gtest_discover_tests(parley_web_assets_test TEST_PREFIX "web." DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 60)
endif()
