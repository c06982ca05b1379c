#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "ports/database.h"

/// How arguments and answers are packed: numbers as 32-bit little-endian words or 64-bit floats, texts as their length
/// and their bytes, nothing aligned. worker-shim/pack.js reads and writes the same.
namespace isthmus {

class PackWriter {
 public:
  void word(std::uint32_t value) { raw(&value, sizeof value); }
  void number(double value) { raw(&value, sizeof value); }
  void text(std::string_view bytes) {
    word(static_cast<std::uint32_t>(bytes.size()));
    out_ += bytes;
  }
  void value(const SqlValue& value);

  void reserve(std::size_t size) { out_.reserve(size); }
  const std::string& bytes() const { return out_; }

 private:
  void raw(const void* from, std::size_t size) { out_.append(static_cast<const char*>(from), size); }

  std::string out_;
};

/// Where the host leaves what it hands over, if it fits: nothing is allocated for it then. The host writes here only
/// before it enters the module, so that what lies here is good until the module returns.
inline constexpr std::uint32_t scratch_size = 16 * 1024;
char* scratch();

/// What the host wrote for the module: given to `complete` and `start`, freed here unless it lies in the scratch. Read
/// it before anything is awaited again.
class HostBuffer {
 public:
  HostBuffer() = default;
  HostBuffer(char* data, std::uint32_t size) : data_(data), size_(size) {}
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(char* data) const;
  };
  std::unique_ptr<char, Free> data_;
  std::uint32_t size_ = 0;
};

/// Reads what the host packed. The host is trusted to pack rightly: reading past the end traps.
class PackReader {
 public:
  explicit PackReader(HostBuffer buffer) : buffer_(std::move(buffer)), rest_(buffer_.view()) {}

  std::uint32_t word() { return read<std::uint32_t>(); }
  double number() { return read<double>(); }
  std::string text() { return std::string(take(word())); }
  /// All that is left, without a length before it.
  std::string rest() { return std::string(take(rest_.size())); }
  SqlValue value();

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) __builtin_trap();
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  template <class T>
  T read() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }

  HostBuffer buffer_;
  std::string_view rest_;
};

}  // namespace isthmus
