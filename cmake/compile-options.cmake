# One set of options for every translation unit, so that third-party code links with ours (LTO, wasm features,
# sanitizers), and `isthmus::options` for our own sources.

set(ISTHMUS_SANITIZE "" CACHE STRING "Sanitizers of the native build, as -fsanitize takes them")
option(ISTHMUS_FUZZ "Build the fuzz targets beside the unit tests" OFF)

if(EMSCRIPTEN)
  # What workerd's V8 runs. Symmetric transfer between coroutines needs tail calls: without them a chain of ready awaits
  # overflows the stack.
  add_compile_options(-mtail-call -msimd128 -mbulk-memory -mnontrapping-fptoint -msign-ext)
  # An index out of range traps, and its request ends with a 500, instead of reading a neighbour's memory.
  add_compile_definitions($<$<COMPILE_LANGUAGE:CXX>:_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_FAST>)
  set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG -flto")
  set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG -flto")
  set(CMAKE_C_FLAGS_DEBUG "-O1 -g2")
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g2")
else()
  # The same C++ library as Emscripten's, so that what compiles here compiles there.
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-stdlib=libc++>)
  add_link_options(-stdlib=libc++ -fuse-ld=lld)
  set(CMAKE_C_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")
  set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
  set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")
  add_compile_definitions(
    _LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_$<IF:$<CONFIG:Debug>,EXTENSIVE,FAST>)
  if(ISTHMUS_SANITIZE)
    # vptr checks need the type information that -fno-rtti leaves out.
    add_compile_options(-fsanitize=${ISTHMUS_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${ISTHMUS_SANITIZE})
  endif()
endif()

# No type information anywhere: an object that derives from a class of src/ must be compiled as that class was.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)

add_library(isthmus_options INTERFACE)
add_library(isthmus::options ALIAS isthmus_options)
target_include_directories(isthmus_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(isthmus_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)

# For everything that is part of the program. Tests keep exceptions, because that is how doctest ends a failed REQUIRE.
#
# What every request passes is made for speed. The rest is I/O and texts, and by far the most code: small is what starts
# fast. The hot loops are in the libraries, which keep -O3 (simdjson, mbed TLS, Argon2).
function(add_program_options name optimization)
  add_library(isthmus_${name}_options INTERFACE)
  add_library(isthmus::${name}_options ALIAS isthmus_${name}_options)
  target_link_libraries(isthmus_${name}_options INTERFACE isthmus::options)
  target_compile_options(isthmus_${name}_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  if(EMSCRIPTEN)
    target_compile_options(isthmus_${name}_options INTERFACE $<$<CONFIG:Release>:${optimization}>)
  endif()
  if(ISTHMUS_FUZZ)
    # Counts what an input reaches. Without libFuzzer, in the unit tests, the counters are nobody's.
    target_compile_options(isthmus_${name}_options INTERFACE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

add_program_options(pipeline -O2)
add_program_options(program -Oz)
