#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "vectors/vectors.h"

// The module that vectors.test.mjs instantiates: the vectors' functions behind one packed call.

// Where the host writes the arguments of a call; 0 when memory has run out.
extern "C" __attribute__((export_name("isthmus_vector_allocate"))) void* isthmus_vector_allocate(std::size_t size) {
  return std::malloc(size);
}

extern "C" __attribute__((export_name("isthmus_vector_free"))) void isthmus_vector_free(void* arguments) {
  std::free(arguments);
}

extern "C" __attribute__((export_name("isthmus_vector"))) std::int32_t isthmus_vector(std::uint32_t operation,
                                                                                      const char* arguments,
                                                                                      std::size_t size) {
  using namespace isthmus::vectors;
  return static_cast<std::int32_t>(run(static_cast<Operation>(operation), std::string_view(arguments, size)));
}
