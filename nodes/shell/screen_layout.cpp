#include "nodes/shell/screen_layout.hpp"

#include <algorithm>
#include <cwchar>
#include <cwctype>

namespace troupe::shell {

namespace {

constexpr size_t tab_columns = 8;

/// Follows `re_addc` of libedit's refresh.c.
class cursor {
public:
  explicit cursor(size_t columns) : columns_(std::max<size_t>(columns, 1)) {
    // nop
  }

  void add(wchar_t c) {
    if (c == L'\n') {
      next_row();
    } else if (c == L'\t') {
      do
        advance(1);
      while (column_ % tab_columns != 0);
    } else {
      advance_over(c);
    }
  }

  size_t row() const {
    return row_;
  }

private:
  void advance_over(wchar_t c) {
    auto width = ::wcwidth(c);
    if (width >= 0 && std::iswprint(static_cast<wint_t>(c)) != 0)
      return advance(static_cast<size_t>(width));
    // ^C, or \U+NNNN of four or five digits.
    if (c >= 0 && (c < 0x20 || c == 0x7F))
      return repeat(2);
    repeat(c > 0xFFFF ? 8 : 7);
  }

  void repeat(size_t times) {
    for (; times > 0; --times)
      advance(1);
  }

  void advance(size_t width) {
    // A wide character that has no room is put into the next row.
    if (column_ + width > columns_)
      next_row();
    column_ += width;
    if (column_ >= columns_)
      next_row();
  }

  void next_row() {
    ++row_;
    column_ = 0;
  }

  size_t columns_ = 0;
  size_t row_ = 0;
  size_t column_ = 0;
};

} // namespace

std::wstring visible_part(std::wstring_view text) {
  std::wstring out;
  bool visible = true;
  for (auto c : text)
    if (c == invisible_mark)
      visible = !visible;
    else if (visible)
      out += c;
  return out;
}

size_t cursor_row(std::wstring_view prompt, std::wstring_view before,
                  size_t columns) {
  cursor at{columns};
  for (auto c : visible_part(prompt))
    at.add(c);
  for (auto c : before)
    at.add(c);
  return at.row();
}

} // namespace troupe::shell
