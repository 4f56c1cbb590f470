#include "nodes/shell/wide_text.hpp"

#include "runtime/base/escape.hpp"

#include <cstdint>

namespace troupe::shell {

namespace {

constexpr uint32_t raw_begin = 0xDC80;
constexpr uint32_t raw_end = 0xDD00;
constexpr uint32_t raw_base = 0xDC00;

/// Decodes a well-formed sequence.
uint32_t decode(std::string_view sequence) {
  auto lead = static_cast<unsigned char>(sequence.front());
  if (sequence.size() == 1)
    return lead;
  // The lead byte has one bit less for each byte that follows.
  uint32_t code = lead & (0x7Fu >> sequence.size());
  for (auto byte : sequence.substr(1))
    code = (code << 6) | (static_cast<unsigned char>(byte) & 0x3Fu);
  return code;
}

void append_utf8(uint32_t code, std::string& out) {
  auto follow = [&](int shift) {
    out += static_cast<char>(0x80u | ((code >> shift) & 0x3Fu));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0u | (code >> 6));
    follow(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0u | (code >> 12));
    follow(6);
    follow(0);
  } else {
    out += static_cast<char>(0xF0u | (code >> 18));
    follow(12);
    follow(6);
    follow(0);
  }
}

} // namespace

std::wstring widen(std::string_view text) {
  std::wstring out;
  while (!text.empty()) {
    auto length = utf8_length(text);
    if (length == 0) {
      auto byte = static_cast<unsigned char>(text.front());
      out += static_cast<wchar_t>(raw_base + byte);
      length = 1;
    } else {
      out += static_cast<wchar_t>(decode(text.substr(0, length)));
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string narrow(std::wstring_view text) {
  std::string out;
  for (auto character : text) {
    auto code = static_cast<uint32_t>(character);
    if (code >= raw_begin && code < raw_end)
      out += static_cast<char>(code - raw_base);
    else
      append_utf8(code, out);
  }
  return out;
}

} // namespace troupe::shell
