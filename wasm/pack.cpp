#include "pack.h"

#include <array>
#include <cstdlib>

#include "base/counters.h"

namespace isthmus {

namespace {

enum Tag : std::uint32_t { null = 0, number = 1, text = 2, blob = 3 };

}  // namespace

void PackWriter::value(const SqlValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    word(Tag::number);
    number(static_cast<double>(*whole));
  } else if (const auto* real = std::get_if<double>(&value)) {
    word(Tag::number);
    number(*real);
  } else if (const auto* string = std::get_if<std::string>(&value)) {
    word(Tag::text);
    text(*string);
  } else if (const auto* bytes = std::get_if<Blob>(&value)) {
    word(Tag::blob);
    text(bytes->bytes);
  } else {
    word(Tag::null);
  }
}

SqlValue PackReader::value() {
  switch (word()) {
    case Tag::number: return number();
    case Tag::text: return text();
    case Tag::blob: return Blob{text()};
    default: return std::monostate();
  }
}

char* scratch() {
  static std::array<char, scratch_size> bytes;
  return bytes.data();
}

void HostBuffer::Free::operator()(char* data) const {
  if (data == scratch()) return;
  --live().buffers;
  std::free(data);
}

}  // namespace isthmus
