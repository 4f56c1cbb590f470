#include "runtime/function/json_text.hpp"

#include "runtime/base/escape.hpp"

#include <fmt/format.h>

namespace troupe {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_plain(char c) {
  auto byte = static_cast<unsigned char>(c); // Plain `char` may be signed.
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// Appends a Unicode scalar value (not a surrogate) as UTF-8.
void append_utf8(uint32_t character, std::string& out) {
  auto tail = [&](uint32_t bits) {
    out += static_cast<char>(0x80 | (bits & 0x3F));
  };
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xC0 | character >> 6);
    tail(character);
  } else if (character < 0x10000) {
    out += static_cast<char>(0xE0 | character >> 12);
    tail(character >> 6);
    tail(character);
  } else {
    out += static_cast<char>(0xF0 | character >> 18);
    tail(character >> 12);
    tail(character >> 6);
    tail(character);
  }
}

} // namespace

char json_text::peek() {
  while (at_ < text_.size()
         && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'
             || text_[at_] == '\r'))
    ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool json_text::take(char c) {
  if (peek() != c || at_ == text_.size())
    return false;
  ++at_;
  return true;
}

bool json_text::want(char c, std::string_view expected) {
  return take(c) || refuse(fmt::format("expected {}", expected));
}

bool json_text::word(std::string_view& x) {
  peek();
  for (std::string_view known : {"null", "true", "false"}) {
    if (text_.substr(at_).starts_with(known)) {
      x = known;
      at_ += known.size();
      return true;
    }
  }
  return refuse(at_ == text_.size() ? "the text ends too early"
                                    : "expected a value");
}

bool json_text::digits() {
  auto begin = at_;
  while (at_ < text_.size() && is_digit(text_[at_]))
    ++at_;
  return at_ > begin || refuse("expected a digit");
}

bool json_text::number(std::string_view& x) {
  peek();
  auto begin = at_;
  auto next_is = [this](char c) {
    if (at_ == text_.size() || text_[at_] != c)
      return false;
    ++at_;
    return true;
  };
  next_is('-');
  if (!next_is('0') && !digits())
    return false;
  if (at_ < text_.size() && is_digit(text_[at_]))
    return refuse("a number begins with 0");
  if (next_is('.') && !digits())
    return false;
  if (next_is('e') || next_is('E')) {
    if (!next_is('+'))
      next_is('-');
    if (!digits())
      return false;
  }
  x = text_.substr(begin, at_ - begin);
  return true;
}

bool json_text::string(std::string& x) {
  if (!want('"', "a string"))
    return false;
  while (at_ < text_.size()) {
    auto begin = at_;
    while (at_ < text_.size() && is_plain(text_[at_]))
      ++at_;
    x.append(text_.substr(begin, at_ - begin));
    if (at_ == text_.size())
      break;
    auto c = text_[at_];
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c == '\\') {
      if (!escape(x))
        return false;
      continue;
    }
    auto length = utf8_length(text_.substr(at_, 4));
    if (length == 0)
      return refuse("a byte is not UTF-8; write it as \\udc80 to \\udcff");
    if (length == 1)
      return refuse("a control character must be escaped");
    x.append(text_.substr(at_, length));
    at_ += length;
  }
  return refuse("a string has no end");
}

bool json_text::escape(std::string& out) {
  constexpr std::string_view names = "\"\\/bfnrt";
  constexpr std::string_view bytes = "\"\\/\b\f\n\r\t";
  ++at_;
  if (at_ == text_.size())
    return refuse("a string has no end");
  auto c = text_[at_];
  if (c == 'u')
    return unicode_escape(out);
  auto known = names.find(c);
  if (known == std::string_view::npos)
    return refuse("an unknown escape");
  out += bytes[known];
  ++at_;
  return true;
}

bool json_text::hex4(uint32_t& x) {
  x = 0;
  ++at_; // The letter u.
  for (size_t i = 0; i < 4; ++i) {
    if (at_ == text_.size())
      return refuse("a string has no end");
    auto c = text_[at_];
    auto lower = static_cast<char>(c | 0x20);
    if (is_digit(c))
      x = x * 16 + static_cast<uint32_t>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      x = x * 16 + static_cast<uint32_t>(lower - 'a') + 10;
    else
      return refuse("expected four hexadecimal digits");
    ++at_;
  }
  return true;
}

bool json_text::unicode_escape(std::string& out) {
  uint32_t first = 0;
  if (!hex4(first))
    return false;
  if (first < 0xD800 || first > 0xDFFF) {
    append_utf8(first, out);
    return true;
  }
  if (first >= 0xDC80 && first <= 0xDCFF) {
    out += static_cast<char>(first - 0xDC00);
    return true;
  }
  uint32_t second = 0;
  if (first > 0xDBFF || !text_.substr(at_).starts_with("\\u"))
    return refuse("a lone surrogate; only \\udc80 to \\udcff stand for a byte");
  ++at_; // The backslash.
  if (!hex4(second))
    return false;
  if (second < 0xDC00 || second > 0xDFFF)
    return refuse("a lone surrogate; only \\udc80 to \\udcff stand for a byte");
  append_utf8(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), out);
  return true;
}

bool json_text::finish() {
  peek();
  return at_ == text_.size() || refuse("there is more behind the value");
}

bool json_text::refuse(std::string_view problem) {
  if (problem_.empty()) {
    problem_ = problem;
    problem_at_ = at_;
  }
  return false;
}

error json_text::problem() const {
  return {errc::bad_json, fmt::format("the text is not valid JSON: {} (at "
                                      "byte {} of {})",
                                      problem_, problem_at_, text_.size())};
}

} // namespace troupe
