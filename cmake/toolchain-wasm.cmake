# Emscripten's own toolchain file, found where scripts/setup found Emscripten.
include(${CMAKE_CURRENT_LIST_DIR}/../.build/locations.cmake OPTIONAL)
if(NOT ISTHMUS_EMSCRIPTEN_ROOT)
  message(FATAL_ERROR "Run scripts/setup first: it installs Emscripten and notes its place.")
endif()
include(${ISTHMUS_EMSCRIPTEN_ROOT}/cmake/Modules/Platform/Emscripten.cmake)
