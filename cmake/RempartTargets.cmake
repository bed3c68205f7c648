# The few functions through which every target of the project is made. What a target is made of
# follows from where a file lies, so a new file needs no line here and none in CMakeLists.txt.

# Flags of our own code only: a consumer of the installed library never sees them.
add_library(rempart_build_flags INTERFACE)
target_compile_options(rempart_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror=return-type
  $<$<CONFIG:Debug>:-D_GLIBCXX_ASSERTIONS>)
if(REMPART_SANITIZE)
  add_compile_options(-fsanitize=${REMPART_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${REMPART_SANITIZE})
endif()
find_program(REMPART_CCACHE ccache)
if(REMPART_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${REMPART_CCACHE})
endif()
find_program(REMPART_MOLD mold)
if(REMPART_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# rempart_module(NAME [DEPENDS module...] [ROLES role...] [LINK target...])
# The library rempart::NAME: every src/NAME/**.cpp outside the folders of its ROLES.
function(rempart_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;ROLES;LINK")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  foreach(role IN LISTS arg_ROLES)
    list(FILTER sources EXCLUDE REGEX "/src/${name}/${role}/")
  endforeach()
  list(TRANSFORM arg_DEPENDS PREPEND rempart_)
  add_library(rempart_${name} ${sources})
  add_library(rempart::${name} ALIAS rempart_${name})
  set_target_properties(rempart_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_compile_features(rempart_${name} PUBLIC cxx_std_20)
  target_include_directories(rempart_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(rempart_${name} PUBLIC ${arg_DEPENDS} ${arg_LINK}
                        PRIVATE $<BUILD_INTERFACE:rempart_build_flags>)
  set_target_properties(rempart_${name} PROPERTIES EXPORT_NAME ${name} CXX_EXTENSIONS OFF
                        POSITION_INDEPENDENT_CODE ON)
  set_property(GLOBAL APPEND PROPERTY REMPART_MODULES rempart_${name})
endfunction()

# rempart_role(ROLE MODULE module USES module... [LINK target...]): the confined program
# libexec/rempart/ROLE. All of src/MODULE/ROLE but main.cpp is also a library, for its tests.
function(rempart_role role)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MODULE" "USES;LINK")
  set(folder ${PROJECT_SOURCE_DIR}/src/${arg_MODULE}/${role})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(REMOVE_ITEM sources ${folder}/main.cpp)
  list(TRANSFORM arg_USES PREPEND rempart::)
  add_library(rempart_role_${role} STATIC ${sources})
  set_target_properties(rempart_role_${role} PROPERTIES LINKER_LANGUAGE CXX CXX_EXTENSIONS OFF)
  target_include_directories(rempart_role_${role} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(rempart_role_${role} PUBLIC ${arg_USES} ${arg_LINK}
                        PRIVATE rempart_build_flags)
  add_executable(${role} ${folder}/main.cpp)
  target_link_libraries(${role} PRIVATE rempart_role_${role} rempart_build_flags)
  set_target_properties(${role} PROPERTIES CXX_EXTENSIONS OFF REMPART_OWNER ${arg_MODULE}
                        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/libexec/rempart)
  set_property(GLOBAL APPEND PROPERTY REMPART_ROLES ${role})
endfunction()

# rempart_app(NAME USES module... [LINK target...]): the program bin/NAME of apps/NAME/*.cpp.
function(rempart_app name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;LINK")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/apps/${name}/*.cpp)
  list(TRANSFORM arg_USES PREPEND rempart::)
  get_property(roles GLOBAL PROPERTY REMPART_ROLES)
  add_executable(${name} ${sources})
  add_dependencies(${name} ${roles}) # never a program beside stale or missing roles
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/apps)
  target_link_libraries(${name} PRIVATE ${arg_USES} ${arg_LINK} rempart_build_flags)
  target_compile_definitions(${name} PRIVATE REMPART_VERSION="${PROJECT_VERSION}")
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF
                        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  set_property(GLOBAL APPEND PROPERTY REMPART_APPS ${name})
endfunction()

# Every tests/MODULE/NAME_test.cpp is the ctest MODULE.NAME; tests/MODULE/ROLE/NAME_test.cpp is
# MODULE.ROLE.NAME, linked with the role; tests/cli/NAME_test.py drives the built program. A test
# may include the private headers of src/, and fixtures from tests/data. tests/MODULE/NAME_program.cpp
# is the program tests/NAME_program, which the tests of MODULE start. tests/apps/NAME_test.cpp is
# linked with all modules, as a program is.
function(rempart_tests)
  file(GLOB programs RELATIVE ${PROJECT_SOURCE_DIR}/tests CONFIGURE_DEPENDS
       ${PROJECT_SOURCE_DIR}/tests/*/*_program.cpp)
  foreach(program IN LISTS programs)
    get_filename_component(target ${program} NAME_WE)
    string(REGEX MATCH "^[^/]+" module ${program})
    add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/${program})
    target_link_libraries(${target} PRIVATE rempart::${module} rempart_build_flags)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests
                               ${PROJECT_SOURCE_DIR}/src)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF
                          RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    list(APPEND programs_of_${module} ${target})
  endforeach()
  file(GLOB_RECURSE tests RELATIVE ${PROJECT_SOURCE_DIR}/tests CONFIGURE_DEPENDS
       ${PROJECT_SOURCE_DIR}/tests/*_test.cpp)
  get_property(roles GLOBAL PROPERTY REMPART_ROLES)
  foreach(test IN LISTS tests)
    string(REGEX REPLACE "_test\\.cpp$" "" stem ${test})
    string(REPLACE "/" "." ctest_name ${stem})
    string(REPLACE "/" "_" target ${stem}_test)
    string(REGEX MATCH "^[^/]+" module ${stem})
    set(library rempart::${module})
    if(module STREQUAL "apps")
      get_property(library GLOBAL PROPERTY REMPART_MODULES)
    endif()
    add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/${test})
    foreach(role IN LISTS roles)
      if(stem MATCHES "^${module}/${role}/")
        set(library rempart_role_${role})
      endif()
      get_target_property(owner ${role} REMPART_OWNER)
      if(module STREQUAL owner OR module STREQUAL "pipeline")
        add_dependencies(${target} ${role}) # a test that starts the role never meets a stale one
      endif()
    endforeach()
    if(programs_of_${module})
      add_dependencies(${target} ${programs_of_${module}})
    endif()
    target_link_libraries(${target} PRIVATE ${library} rempart_build_flags GTest::gtest_main
                          OpenSSL::Crypto nlohmann_json::nlohmann_json)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests
                               ${PROJECT_SOURCE_DIR}/src)
    target_compile_definitions(${target} PRIVATE REMPART_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                               REMPART_LIBEXEC_DIR="${PROJECT_BINARY_DIR}/libexec/rempart")
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF
                          RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    add_test(NAME ${ctest_name} COMMAND ${target})
    set_tests_properties(${ctest_name} PROPERTIES TIMEOUT 300)
    # What is promised of a case is promised on both stores.
    file(STRINGS ${PROJECT_SOURCE_DIR}/tests/${test} on_both REGEX "casefile/(case_fixture|sample_case)")
    if(on_both AND stem MATCHES "^casefile/[^/]+$")
      add_test(NAME ${ctest_name}.postgresql COMMAND ${target})
      set_tests_properties(${ctest_name}.postgresql PROPERTIES TIMEOUT 300 ENVIRONMENT
                           REMPART_TEST_ON_POSTGRESQL=1)
    endif()
  endforeach()
  file(GLOB scripts RELATIVE ${PROJECT_SOURCE_DIR}/tests CONFIGURE_DEPENDS
       ${PROJECT_SOURCE_DIR}/tests/cli/*_test.py ${PROJECT_SOURCE_DIR}/tests/tools/*_test.py)
  foreach(script IN LISTS scripts)
    string(REGEX REPLACE "_test\\.py$" "" stem ${script})
    string(REPLACE "/" "." ctest_name ${stem})
    add_test(NAME ${ctest_name}
             COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/tests/${script} -v)
    # A high cost comes first: these take longest, and a long one last would run alone.
    set_tests_properties(${ctest_name} PROPERTIES TIMEOUT 900 COST 100 ENVIRONMENT
      "REMPART_BUILD_DIR=${PROJECT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()

# rempart_bench_link(NAME target...): the program bench/NAME is also linked with these, the libraries
# of its peers. Before rempart_benches.
function(rempart_bench_link name)
  set_property(GLOBAL APPEND PROPERTY REMPART_BENCH_LINK_${name} ${ARGN})
endfunction()

# Every bench/MODULE/NAME_bench.cpp (or bench/MODULE/ROLE/...) is the program bench/NAME_bench.
# The target `bench` runs each, then tools/bench_peers.py, which runs the peers side by side;
# `bench_programs` only builds them, so that what nobody measures for a while still compiles.
function(rempart_benches)
  file(GLOB_RECURSE benches RELATIVE ${PROJECT_SOURCE_DIR}/bench CONFIGURE_DEPENDS
       ${PROJECT_SOURCE_DIR}/bench/*_bench.cpp)
  add_custom_target(bench)
  add_custom_target(bench_programs)
  get_property(roles GLOBAL PROPERTY REMPART_ROLES)
  foreach(bench IN LISTS benches)
    get_filename_component(name ${bench} NAME_WE)
    string(REGEX MATCH "^[^/]+" module ${bench})
    set(library rempart::${module})
    foreach(role IN LISTS roles)
      if(bench MATCHES "^${module}/${role}/")
        set(library rempart_role_${role})
      endif()
    endforeach()
    add_executable(${name} ${PROJECT_SOURCE_DIR}/bench/${bench})
    get_property(peers GLOBAL PROPERTY REMPART_BENCH_LINK_${name})
    target_link_libraries(${name} PRIVATE ${library} rempart_build_flags benchmark::benchmark_main
                          ${peers})
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/bench
                               ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(${name} PRIVATE
      REMPART_LIBEXEC_DIR="${PROJECT_BINARY_DIR}/libexec/rempart")
    # A peer that stands in the same program is linked to that program only.
    file(STRINGS ${PROJECT_SOURCE_DIR}/bench/${bench} has_faiss REGEX "^#include <faiss/")
    if(has_faiss)
      find_package(faiss REQUIRED)
      find_package(OpenMP REQUIRED)
      target_link_libraries(${name} PRIVATE faiss OpenMP::OpenMP_CXX)
    endif()
    add_custom_target(run_${name} COMMAND ${name} USES_TERMINAL VERBATIM)
    add_dependencies(bench run_${name})
    add_dependencies(bench_programs ${name})
  endforeach()
  foreach(script bench_peers bench_robustness)
    add_custom_target(run_${script} USES_TERMINAL VERBATIM
      COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/tools/${script}.py ${PROJECT_BINARY_DIR})
    add_dependencies(run_${script} rempart)
    add_dependencies(bench run_${script})
  endforeach()
endfunction()

# Every fuzz/MODULE/NAME_fuzz.cpp (or fuzz/MODULE/ROLE/...) with its corpus fuzz/corpus/NAME. With
# the fuzz preset a libFuzzer program; with the tests, the ctest fuzz.NAME that replays the corpus.
function(rempart_fuzzers)
  file(GLOB_RECURSE fuzzers RELATIVE ${PROJECT_SOURCE_DIR}/fuzz CONFIGURE_DEPENDS
       ${PROJECT_SOURCE_DIR}/fuzz/*_fuzz.cpp)
  get_property(roles GLOBAL PROPERTY REMPART_ROLES)
  if(REMPART_BUILD_TESTS)
    add_library(rempart_replay_main OBJECT ${PROJECT_SOURCE_DIR}/fuzz/replay_main.cpp)
    target_compile_features(rempart_replay_main PRIVATE cxx_std_20)
    target_link_libraries(rempart_replay_main PRIVATE rempart_build_flags)
    set_target_properties(rempart_replay_main PROPERTIES CXX_EXTENSIONS OFF)
  endif()
  foreach(fuzzer IN LISTS fuzzers)
    get_filename_component(name ${fuzzer} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${name})
    string(REGEX MATCH "^[^/]+" module ${fuzzer})
    set(library rempart::${module})
    foreach(role IN LISTS roles)
      if(fuzzer MATCHES "^${module}/${role}/")
        set(library rempart_role_${role})
      endif()
    endforeach()
    set(source ${PROJECT_SOURCE_DIR}/fuzz/${fuzzer})
    if(REMPART_BUILD_FUZZ)
      add_executable(${name}_fuzz ${source})
      target_link_libraries(${name}_fuzz PRIVATE ${library} rempart_build_flags)
      target_include_directories(${name}_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/src)
      target_compile_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
      target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
      set_target_properties(${name}_fuzz PROPERTIES
                            RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
    endif()
    if(REMPART_BUILD_TESTS)
      add_executable(${name}_replay ${source} $<TARGET_OBJECTS:rempart_replay_main>)
      target_link_libraries(${name}_replay PRIVATE ${library} rempart_build_flags)
      target_include_directories(${name}_replay PRIVATE ${PROJECT_SOURCE_DIR}/src)
      set_target_properties(${name}_replay PROPERTIES
                            RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
      add_test(NAME fuzz.${name}
               COMMAND ${name}_replay ${PROJECT_SOURCE_DIR}/fuzz/corpus/${name})
      set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 120)
    endif()
  endforeach()
endfunction()

# What is checked without running the code: the module graph and the format; and the build target
# `format`, which writes that format.
function(rempart_check_sources)
  add_test(NAME layers
           COMMAND /usr/bin/python3 ${PROJECT_SOURCE_DIR}/tools/check_layers.py ${PROJECT_SOURCE_DIR})
  set(patterns)
  foreach(folder apps bench examples fuzz include src tests)
    list(APPEND patterns ${PROJECT_SOURCE_DIR}/${folder}/*.cpp ${PROJECT_SOURCE_DIR}/${folder}/*.hpp)
  endforeach()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
  add_test(NAME format COMMAND clang-format-19 --dry-run --Werror ${sources})
  add_custom_target(format COMMAND clang-format-19 -i ${sources} VERBATIM)
endfunction()

# Each public header compiles alone, whatever was included before it. Where src/MODULE/NAME.cpp
# includes its header first, compiling that file shows it already.
function(rempart_headers_stand_alone)
  file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR}/include CONFIGURE_DEPENDS
       ${PROJECT_SOURCE_DIR}/include/*.hpp)
  set(sources)
  foreach(header IN LISTS headers)
    string(REGEX REPLACE "^rempart/(.*)\\.hpp$" "${PROJECT_SOURCE_DIR}/src/\\1.cpp" own ${header})
    if(EXISTS ${own})
      file(STRINGS ${own} first REGEX "^#include" LIMIT_COUNT 1)
      if(first STREQUAL "#include \"${header}\"")
        continue()
      endif()
    endif()
    string(MAKE_C_IDENTIFIER ${header} id)
    set(source ${PROJECT_BINARY_DIR}/alone/${id}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n")
    list(APPEND sources ${source})
  endforeach()
  get_property(modules GLOBAL PROPERTY REMPART_MODULES)
  add_library(rempart_headers_alone OBJECT ${sources})
  target_link_libraries(rempart_headers_alone PRIVATE ${modules} rempart_build_flags)
endfunction()
