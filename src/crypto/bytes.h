#pragma once

#include <string>
#include <string_view>

/// The C libraries want unsigned bytes, the project keeps bytes in std::string: the one place where the two meet.
namespace isthmus::crypto {

inline const unsigned char* unsigned_bytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

inline unsigned char* unsigned_bytes(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace isthmus::crypto
