#include "runtime/base/escape.hpp"

#include "runtime/base/escape_controls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace troupe {

namespace {

constexpr size_t quoted_bytes_max = 120;

uint8_t byte_at(std::string_view text, size_t i) {
  return static_cast<uint8_t>(text[i]);
}

/// Decodes a sequence whose length `utf8_length` returned.
uint32_t code_point(std::string_view sequence) {
  const auto first = byte_at(sequence, 0);
  if (sequence.size() == 1)
    return first;
  // The first byte of a sequence of n bytes has 7 - n bits of payload.
  uint32_t value = first & (0xFFu >> (sequence.size() + 1));
  for (size_t i = 1; i < sequence.size(); ++i)
    value = value << 6 | (byte_at(sequence, i) & 0x3Fu);
  return value;
}

/// C1 controls, line separators and direction marks; also delete.
bool is_unsafe(uint32_t code) {
  return (code >= 0x7F && code <= 0x9F) || code == 0x61C
         || (code >= 0x200E && code <= 0x200F)
         || (code >= 0x2028 && code <= 0x202E)
         || (code >= 0x2066 && code <= 0x2069);
}

void append_escape(std::string& out, uint8_t byte) {
  switch (byte) {
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    case '\r': out += "\\r"; return;
    default: fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
  }
}

void append_json_escape(std::string& out, uint8_t byte) {
  switch (byte) {
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    case '\r': out += "\\r"; return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
  }
}

} // namespace

size_t utf8_length(std::string_view text) {
  if (text.empty())
    return 0;
  const auto first = byte_at(text, 0);
  if (first < 0x80)
    return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length)
    return 0;
  // The second byte's range rules out overlong forms, surrogates and code
  // points beyond U+10FFFF.
  const auto second = byte_at(text, 1);
  const uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high)
    return 0;
  for (size_t i = 2; i < length; ++i)
    if ((byte_at(text, i) & 0xC0) != 0x80)
      return 0;
  return length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_control_sequence(std::string_view sequence) {
  return sequence.size() > 1 && is_unsafe(code_point(sequence));
}

std::string escape_unit(std::string_view sequence) {
  return fmt::format("\\u{:04x}", code_point(sequence));
}

std::string escape_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto sequence = text.substr(0, length == 0 ? 1 : length);
    const auto first = byte_at(text, 0);
    if (length == 0 || (length == 1 && (first < 0x20 || first == 0x7F)))
      append_escape(out, first);
    else if (first == '\\')
      out += "\\\\";
    else if (is_unsafe(code_point(sequence)))
      out += escape_unit(sequence);
    else
      out += sequence;
    text.remove_prefix(sequence.size());
  }
  return out;
}

std::string quote_text(std::string_view text) {
  if (text.size() <= quoted_bytes_max)
    return '"' + escape_text(text) + '"';
  auto end = quoted_bytes_max;
  for (int back = 0; back < 3 && (text[end] & 0xC0) == 0x80; ++back)
    --end; // Not inside of a character.
  return '"' + escape_text(text.substr(0, end)) + "...\"";
}

std::string quote_json(std::string_view text) {
  std::string out = "\"";
  out.reserve(text.size() + 2);
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto sequence = text.substr(0, length == 0 ? 1 : length);
    const auto first = byte_at(text, 0);
    if (length == 0)
      fmt::format_to(std::back_inserter(out), "\\\\x{:02x}", first);
    else if (first == '"' || first == '\\')
      (out += '\\') += static_cast<char>(first);
    else if (first < 0x20)
      append_json_escape(out, first);
    else if (is_unsafe(code_point(sequence)))
      out += escape_unit(sequence);
    else
      out += sequence;
    text.remove_prefix(sequence.size());
  }
  return out + '"';
}

std::string escape_controls_of_json(std::string_view document) {
  std::string out;
  out.reserve(document.size());
  while (!document.empty()) {
    const auto length = std::max<size_t>(utf8_length(document), 1);
    const auto sequence = document.substr(0, length);
    if (sequence == "\x7F" || is_control_sequence(sequence))
      out += escape_unit(sequence);
    else
      out += sequence;
    document.remove_prefix(length);
  }
  return out;
}

} // namespace troupe
