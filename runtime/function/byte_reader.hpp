#pragma once

#include "runtime/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Reads the compact byte codec (see `codec.hpp`) from bytes of unknown
/// origin. Each function returns false and keeps the first problem if the
/// bytes do not hold what was asked for; nothing is allocated before the size
/// was compared with the bytes that are left. Views point into the input.
class byte_reader {
public:
  explicit byte_reader(std::string_view bytes) : bytes_(bytes) {
    // nop
  }

  /// Reads one byte.
  bool byte(uint8_t& x) {
    if (position_ == bytes_.size())
      return refuse_end();
    x = static_cast<uint8_t>(bytes_[position_++]);
    return true;
  }

  /// Reads an unsigned LEB128 integer in its shortest form.
  bool varint(uint64_t& x) {
    if (position_ < bytes_.size()
        && static_cast<uint8_t>(bytes_[position_]) < 0x80) {
      x = static_cast<uint8_t>(bytes_[position_++]);
      return true;
    }
    return long_varint(x);
  }

  /// Reads 8 bytes, least significant first.
  bool fixed64(uint64_t& x);

  /// Reads exactly `size` bytes.
  bool bytes(uint64_t size, std::string_view& x) {
    if (size > remaining())
      return refuse_size(size);
    x = bytes_.substr(position_, static_cast<size_t>(size));
    position_ += static_cast<size_t>(size);
    return true;
  }

  /// Reads a varint length and as many bytes.
  bool sized(std::string_view& x) {
    uint64_t size = 0;
    return varint(size) && bytes(size, x);
  }

  /// Reads the number of elements of a list or map whose elements take at
  /// least `bytes_min` (> 0) bytes each, and refuses more than can follow.
  bool count(uint64_t& x, size_t bytes_min) {
    if (!varint(x))
      return false;
    return x <= remaining() / bytes_min || refuse_count(x);
  }

  /// Reads a byte that must be 0 or 1.
  bool flag(bool& x);

  size_t position() const {
    return position_;
  }

  size_t remaining() const {
    return bytes_.size() - position_;
  }

  /// Returns what was not read yet.
  std::string_view rest() const {
    return bytes_.substr(position_);
  }

  /// Returns what was read since `begin`, an earlier `position()`.
  std::string_view since(size_t begin) const {
    return bytes_.substr(begin, position_ - begin);
  }

  /// Refuses bytes that were not read.
  bool finish();

  /// Keeps `problem` if it is the first one. @returns false, for `return`.
  bool refuse(std::string problem);

  /// Refuses an integer that is outside of the wanted C++ type.
  bool refuse_range(int64_t min, int64_t max, int64_t got);
  bool refuse_range(uint64_t max, uint64_t got);

  /// Returns the first problem as an error about a value of `type`.
  error problem(std::string_view type, errc code = errc::bad_input) const;

private:
  bool long_varint(uint64_t& x);
  bool refuse_end();
  bool refuse_size(uint64_t size);
  bool refuse_count(uint64_t count);

  std::string_view bytes_;
  size_t position_ = 0;
  size_t problem_at_ = 0;
  std::string problem_;
};

/// Appends an unsigned LEB128 integer: 7 bits a byte, low bits first.
inline void write_varint(uint64_t x, std::string& out) {
  if (x < 0x80) {
    out.push_back(static_cast<char>(x));
    return;
  }
  char buffer[10];
  size_t size = 0;
  while (x >= 0x80) {
    buffer[size++] = static_cast<char>(x | 0x80);
    x >>= 7;
  }
  buffer[size++] = static_cast<char>(x);
  out.append(buffer, size);
}

/// Appends the length of `bytes` as varint, then the bytes.
inline void write_sized(std::string_view bytes, std::string& out) {
  write_varint(bytes.size(), out);
  out.append(bytes);
}

/// Appends 8 bytes, least significant first.
void write_fixed64(uint64_t x, std::string& out);

/// Maps 0, -1, 1, -2, ... to 0, 1, 2, 3, ... so that small magnitudes are
/// short varints (Protocol Buffers, "Encoding", sint64).
constexpr uint64_t zigzag(int64_t x) {
  return (static_cast<uint64_t>(x) << 1) ^ static_cast<uint64_t>(x >> 63);
}

constexpr int64_t unzigzag(uint64_t x) {
  return static_cast<int64_t>((x >> 1) ^ (~(x & 1) + 1));
}

} // namespace troupe
