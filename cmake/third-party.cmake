# The libraries that are compiled in, from where scripts/setup put their sources. Each is a target isthmus::<name>; none
# of them is held to our warnings.

include(${PROJECT_SOURCE_DIR}/.build/locations.cmake OPTIONAL)
if(NOT ISTHMUS_THIRD_PARTY)
  message(FATAL_ERROR "Run scripts/setup first: it fetches the libraries and notes their place.")
endif()

function(add_third_party_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;INCLUDES;OPTIONS")
  add_library(third_party_${name} STATIC ${arg_SOURCES})
  add_library(isthmus::${name} ALIAS third_party_${name})
  target_include_directories(third_party_${name} SYSTEM PUBLIC ${arg_INCLUDES})
  # Checked by their authors and slow when not optimised: -O2 also in debug builds.
  target_compile_options(third_party_${name} PRIVATE -w $<$<CONFIG:Debug>:-O2> ${arg_OPTIONS})
endfunction()

function(add_header_library name)
  add_library(third_party_${name} INTERFACE)
  add_library(isthmus::${name} ALIAS third_party_${name})
  target_include_directories(third_party_${name} SYSTEM INTERFACE ${ISTHMUS_THIRD_PARTY}/include)
endfunction()

# mbed TLS: hashes, HMAC, PBKDF2, and P-256 verification with its key parsing. The configuration names nothing else.
set(mbedtls ${ISTHMUS_THIRD_PARTY}/mbedtls)
set(mbedtls_parts
    asn1parse asn1write bignum bignum_core constant_time ecdsa ecp ecp_curves md oid pk pk_ecc pk_wrap pkcs5 pkparse
    platform platform_util sha1 sha256 sha512)
list(TRANSFORM mbedtls_parts REPLACE "(.+)" "${mbedtls}/library/\\1.c" OUTPUT_VARIABLE mbedtls_sources)
add_third_party_library(mbedtls SOURCES ${mbedtls_sources} INCLUDES ${mbedtls}/include)
# What is signed and hashed most. With its rounds unrolled, and its scratch cleared in a way that the compiler sees
# through, the state of SHA-256 stays in locals of the function: a quarter less time (docs/performance.md).
if(EMSCRIPTEN)
  set_source_files_properties(${mbedtls}/library/sha256.c PROPERTIES COMPILE_OPTIONS
    "-include;${CMAKE_CURRENT_LIST_DIR}/mbedtls/clear_in_place.h;-mllvm;-unroll-threshold=20000")
endif()
target_compile_definitions(third_party_mbedtls
                           PUBLIC MBEDTLS_CONFIG_FILE="${CMAKE_CURRENT_LIST_DIR}/mbedtls/mbedtls_config.h")

# Argon2, reference implementation with its SSE rounds, which Emscripten maps to wasm SIMD.
set(argon2 ${ISTHMUS_THIRD_PARTY}/argon2)
set(argon2_sources ${argon2}/src/argon2.c ${argon2}/src/core.c ${argon2}/src/encoding.c ${argon2}/src/opt.c
                   ${argon2}/src/blake2/blake2b.c)
if(NOT EMSCRIPTEN AND NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(TRANSFORM argon2_sources REPLACE "/opt\\.c$" "/ref.c")
  set(argon2_simd "")
else()
  set(argon2_simd -msse4.1)
endif()
# NDEBUG and -O3 in every build: a sign-in under the sanitizers would otherwise take a second.
add_third_party_library(argon2 SOURCES ${argon2_sources} INCLUDES ${argon2}/include
                        OPTIONS ${argon2_simd} $<$<CONFIG:Debug>:-O3>)
target_compile_definitions(third_party_argon2 PRIVATE ARGON2_NO_THREADS)
if(EMSCRIPTEN)
  set_source_files_properties(${argon2}/src/opt.c PROPERTIES COMPILE_OPTIONS
    "-include;${CMAKE_CURRENT_LIST_DIR}/wasm-simd/align_by_shuffle.h")
endif()

# bcrypt: libxcrypt's one file of it, with a configuration that turns the rest of that library off.
add_third_party_library(bcrypt SOURCES ${ISTHMUS_THIRD_PARTY}/libxcrypt/lib/crypt-bcrypt.c
                        INCLUDES ${CMAKE_CURRENT_LIST_DIR}/bcrypt/include)
target_include_directories(third_party_bcrypt PRIVATE ${CMAKE_CURRENT_LIST_DIR}/bcrypt/config
                                                      ${ISTHMUS_THIRD_PARTY}/libxcrypt/lib)
target_compile_definitions(third_party_bcrypt PRIVATE HAVE_CONFIG_H)

# simdjson's amalgamation, as npm carries it.
set(simdjson ${PROJECT_SOURCE_DIR}/node_modules/@nozbe/simdjson/src)
add_third_party_library(simdjson SOURCES ${simdjson}/simdjson.cpp INCLUDES ${simdjson}
                        OPTIONS -fno-exceptions)
target_compile_definitions(third_party_simdjson PUBLIC SIMDJSON_EXCEPTIONS=0 SIMDJSON_DISABLE_DEPRECATED_API=1)
# It has no kernel for wasm SIMD. That for SSE4.2 takes 0.4 of the portable one's time (docs/performance.md).
if(EMSCRIPTEN)
  target_compile_options(third_party_simdjson PRIVATE -msse4.2)
  target_include_directories(third_party_simdjson PRIVATE ${CMAKE_CURRENT_LIST_DIR}/wasm-simd)
  target_compile_definitions(third_party_simdjson PRIVATE
    SIMDJSON_IS_X86_64=1 __PCLMUL__=1 SIMDJSON_IMPLEMENTATION_WESTMERE=1 SIMDJSON_IMPLEMENTATION_HASWELL=0
    SIMDJSON_IMPLEMENTATION_ICELAKE=0 SIMDJSON_IMPLEMENTATION_FALLBACK=0)
endif()

add_header_library(nlohmann_json)
target_compile_definitions(third_party_nlohmann_json INTERFACE JSON_USE_IMPLICIT_CONVERSIONS=0 JSON_NO_IO)

add_header_library(mustache)
add_header_library(doctest)
