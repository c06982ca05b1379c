# add_wasm_module(name SOURCES… LIBRARIES… [OPTIONS…]): <name>.wasm, to be instantiated by a shim of our own.
#
# Exports are marked in the sources by export_name; imports by import_module("isthmus") and import_name. Anything else
# that stays undefined is an error. The release build has no name section: <name>.wasm.symbols maps a trap's function
# numbers back to names.

set(ISTHMUS_MEMORY_INITIAL 4MB)
set(ISTHMUS_MEMORY_MAXIMUM 64MB)
set(ISTHMUS_STACK 256KB)

function(add_wasm_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;OPTIONS")
  add_executable(${name} ${arg_SOURCES} ${PROJECT_SOURCE_DIR}/cmake/wasm-host-stubs.c)
  set_target_properties(${name} PROPERTIES SUFFIX .wasm RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} isthmus::program_options)
  target_link_options(${name} PRIVATE
    -sSTANDALONE_WASM --no-entry -fno-exceptions -sAUTO_NATIVE_LIBRARIES=0
    -sALLOW_MEMORY_GROWTH -sINITIAL_MEMORY=${ISTHMUS_MEMORY_INITIAL} -sMAXIMUM_MEMORY=${ISTHMUS_MEMORY_MAXIMUM}
    # Below the stack there is nothing: an overflow leaves the memory and traps instead of writing over data.
    -sSTACK_SIZE=${ISTHMUS_STACK} -Wl,--stack-first
    # workerd writes to these before a request's CPU time runs out.
    -Wl,--export-if-defined=__instance_signal -Wl,--export-if-defined=__instance_terminated
    $<$<CONFIG:Release>:--emit-symbol-map>
    ${arg_OPTIONS})
endfunction()
