# unit_tests: every *_test.cpp below src/, tests/ and examples/, with what stands beside those in tests/ to support them.

add_library(isthmus_tests_options INTERFACE)
target_link_libraries(isthmus_tests_options INTERFACE isthmus::options isthmus::doctest isthmus::nlohmann_json)
target_include_directories(isthmus_tests_options INTERFACE ${PROJECT_SOURCE_DIR}/tests)
# Tests find their data from here, wherever they are started.
target_compile_definitions(isthmus_tests_options INTERFACE ISTHMUS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS src/*_test.cpp tests/*_test.cpp examples/*_test.cpp)
file(GLOB_RECURSE support_sources CONFIGURE_DEPENDS tests/native/*.cpp tests/scale/*.cpp tests/vectors/*.cpp)
list(FILTER support_sources EXCLUDE REGEX "_(test|wasm)\\.cpp$")

# A test is a long list of checks: optimising it takes half of the whole build. Those that measure how deep or how long
# something runs stay as they are.
set(plain_test_sources ${test_sources})
list(FILTER plain_test_sources EXCLUDE REGEX "/(task|lifetimes)_test\\.cpp$")
set_source_files_properties(${plain_test_sources} PROPERTIES COMPILE_OPTIONS "$<$<CONFIG:Debug>:-O0>")

# What the tests and the fuzz targets stand on.
add_library(isthmus_tests_support STATIC ${support_sources})
target_link_libraries(isthmus_tests_support PUBLIC isthmus_tests_options isthmus_adapters sqlite3)

add_executable(unit_tests tests/unit/main.cpp ${test_sources})
target_link_libraries(unit_tests PRIVATE isthmus_tests_support example_lending)

# The simulated world: `scripts/simulate`.
file(GLOB_RECURSE simulation_sources CONFIGURE_DEPENDS tests/simulation/*.cpp)
add_executable(simulation EXCLUDE_FROM_ALL ${simulation_sources})
target_link_libraries(simulation PRIVATE isthmus_tests_support)
target_link_options(simulation PRIVATE -Wl,--wrap=argon2id_hash_raw)

# fuzz: every tests/fuzz/*.cpp, one libFuzzer program with all targets. It shares the sanitized build of the unit tests.
if(ISTHMUS_FUZZ)
  file(GLOB fuzz_sources CONFIGURE_DEPENDS tests/fuzz/*.cpp)
  list(FILTER fuzz_sources EXCLUDE REGEX "_wasm\\.cpp$")
  add_executable(fuzz ${fuzz_sources})
  target_link_libraries(fuzz PRIVATE isthmus_tests_support)
  # Debian builds libFuzzer over libstdc++; the two C++ libraries name their things apart and live side by side.
  target_link_options(fuzz PRIVATE -fsanitize=fuzzer -l:libstdc++.so.6 -Wl,--wrap=argon2_ctx)
endif()

foreach(product IN LISTS ISTHMUS_PRODUCTS)
  if(TARGET isthmus_${product})
    target_link_libraries(isthmus_tests_support PUBLIC isthmus_${product})
  endif()
endforeach()
