# The package ParleySocketIO: headers, static libraries, CMake and pkg-config files of every module of lib/.
#
#   cmake --install <build tree> --prefix <folder> --component library
#
# A foreign project then says find_package(ParleySocketIO 0.1 REQUIRED) and links ParleySocketIO::server. The target asks
# for C++20 and nothing else of ours: no warning flags, no Boost (its headers are used by our sources alone). Only static
# libraries: a shared one would freeze an ABI that C++20 headers full of inline code do not have. The installed folder may
# be moved. Not installed from build trees with sanitizers or fuzzing: their libraries link with nobody else's.
#
# parley_module() calls parley_package_module() for each module; the main CMakeLists.txt calls parley_install_package()
# once, after all of lib/.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(PARLEY_PACKAGE ParleySocketIO)
set(parley_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/${PARLEY_PACKAGE})
foreach(what LIBRARIES DEPENDENCIES REQUIRES LIBS)
  set_property(GLOBAL PROPERTY PARLEY_PACKAGE_${what} "")
endforeach()

# How a foreign project gets what a module of ours links: by find_dependency(), and in pkg-config's words.
set(parley_find_Threads::Threads "Threads")
set(parley_libs_Threads::Threads "-pthread")
set(parley_find_OpenSSL::Crypto "OpenSSL 3 COMPONENTS Crypto")
set(parley_requires_OpenSSL::Crypto "libcrypto >= 3")
set(parley_find_ZLIB::ZLIB "ZLIB")
set(parley_requires_ZLIB::ZLIB "zlib")

# Adds `value` to a global list unless it is there.
function(parley_package_note list value)
  get_property(known GLOBAL PROPERTY PARLEY_PACKAGE_${list})
  if(value AND NOT value IN_LIST known)
    set_property(GLOBAL APPEND PROPERTY PARLEY_PACKAGE_${list} "${value}")
  endif()
endfunction()

# parley_package_module(<name> <target> PUBLIC|INTERFACE <external targets>…): <target> becomes ParleySocketIO::<name>.
function(parley_package_module name target scope)
  foreach(external IN LISTS ARGN)
    if(NOT DEFINED parley_find_${external})
      message(FATAL_ERROR "lib/${name} links ${external}: say in cmake/ParleyInstall.cmake how a foreign project finds it")
    endif()
    parley_package_note(DEPENDENCIES "find_dependency(${parley_find_${external}})")
    parley_package_note(REQUIRES "${parley_requires_${external}}")
    parley_package_note(LIBS "${parley_libs_${external}}")
  endforeach()
  target_compile_features(${target} ${scope} cxx_std_20)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} OUTPUT_NAME parley_sio_${name})
  add_library(${PARLEY_PACKAGE}::${name} ALIAS ${target})
  if(scope STREQUAL "PUBLIC")
    parley_package_note(LIBRARIES parley_sio_${name})
  endif()
  if(PARLEY_SANITIZE OR PARLEY_FUZZ)
    return()
  endif()
  install(TARGETS ${target} EXPORT ${PARLEY_PACKAGE}Targets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
          INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library
          FILES_MATCHING PATTERN "*.hpp")
endfunction()

function(parley_install_package)
  if(PARLEY_SANITIZE OR PARLEY_FUZZ)
    return()
  endif()
  install(EXPORT ${PARLEY_PACKAGE}Targets NAMESPACE ${PARLEY_PACKAGE}:: DESTINATION ${parley_package_dir} COMPONENT library)

  get_property(dependencies GLOBAL PROPERTY PARLEY_PACKAGE_DEPENDENCIES)
  list(JOIN dependencies "\n" PARLEY_FIND_DEPENDENCIES)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/ParleySocketIOConfig.cmake.in
                                ${PROJECT_BINARY_DIR}/package/${PARLEY_PACKAGE}Config.cmake
                                INSTALL_DESTINATION ${parley_package_dir} NO_SET_AND_CHECK_MACRO)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/${PARLEY_PACKAGE}ConfigVersion.cmake
                                   VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/package/${PARLEY_PACKAGE}Config.cmake
                ${PROJECT_BINARY_DIR}/package/${PARLEY_PACKAGE}ConfigVersion.cmake
          DESTINATION ${parley_package_dir} COMPONENT library)

  # pkg-config: modules are declared lowest rank first, a linker wants who uses something before what is used.
  get_property(libraries GLOBAL PROPERTY PARLEY_PACKAGE_LIBRARIES)
  get_property(requires GLOBAL PROPERTY PARLEY_PACKAGE_REQUIRES)
  get_property(libs GLOBAL PROPERTY PARLEY_PACKAGE_LIBS)
  list(REVERSE libraries)
  list(TRANSFORM libraries PREPEND "-l")
  list(JOIN requires ", " PARLEY_PC_REQUIRES)
  list(JOIN libraries " " PARLEY_PC_LIBRARIES)
  list(JOIN libs " " PARLEY_PC_LIBS)
  set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  file(RELATIVE_PATH PARLEY_PC_UP /p/${pkgconfig_dir} /p)
  string(REGEX REPLACE "/$" "" PARLEY_PC_UP "${PARLEY_PC_UP}")
  configure_file(${PROJECT_SOURCE_DIR}/cmake/parley-socketio.pc.in ${PROJECT_BINARY_DIR}/package/parley-socketio.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/parley-socketio.pc DESTINATION ${pkgconfig_dir} COMPONENT library)
  set(doc_dir ${CMAKE_INSTALL_DATAROOTDIR}/doc/parley-socketio)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${doc_dir} COMPONENT library)
  # In the folders they have in the source, so that the guide's links to the examples hold.
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/guide DESTINATION ${doc_dir}/docs COMPONENT library FILES_MATCHING PATTERN "*.md")
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples DESTINATION ${doc_dir} COMPONENT library
          FILES_MATCHING REGEX "/(chat_rooms|binary_upload|embedded|serve|first_server|tour)\\.[ch]pp$|/guide/.*\\.(mjs|py)$")

  # What has to be built before the component can be installed.
  get_property(names GLOBAL PROPERTY PARLEY_MODULES)
  add_custom_target(library)
  foreach(name IN LISTS names)
    add_dependencies(library lib_${name})
  endforeach()
endfunction()
