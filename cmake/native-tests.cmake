# unit_tests: every *_test.cpp below src/, tests/ and examples/, with what stands beside those in tests/ to support them.

add_library(isthmus_tests_options INTERFACE)
target_link_libraries(isthmus_tests_options INTERFACE isthmus::options isthmus::doctest)
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

add_executable(unit_tests tests/unit/main.cpp ${test_sources} ${support_sources})
target_link_libraries(unit_tests PRIVATE isthmus_tests_options isthmus_adapters example_lending sqlite3)
foreach(product IN LISTS ISTHMUS_PRODUCTS)
  if(TARGET isthmus_${product})
    target_link_libraries(unit_tests PRIVATE isthmus_${product})
  endif()
endforeach()

# Each tests/fuzz/<name>.cpp is a libFuzzer target fuzz_<name>.
if(ISTHMUS_FUZZ)
  file(GLOB fuzz_sources CONFIGURE_DEPENDS tests/fuzz/*.cpp)
  foreach(source IN LISTS fuzz_sources)
    get_filename_component(name ${source} NAME_WE)
    add_executable(fuzz_${name} ${source})
    target_link_libraries(fuzz_${name} PRIVATE isthmus::options isthmus_adapters)
    # Debian builds libFuzzer over libstdc++; the two C++ libraries name their things apart and live side by side.
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer -l:libstdc++.so.6)
    foreach(product IN LISTS ISTHMUS_PRODUCTS)
      if(TARGET isthmus_${product})
        target_link_libraries(fuzz_${name} PRIVATE isthmus_${product})
      endif()
    endforeach()
  endforeach()
endif()
