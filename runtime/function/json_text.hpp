#pragma once

#include "runtime/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// The tokens of JSON (RFC 8259), read one after the other as the caller asks
/// for them. Own code, because a tree of a whole input costs many times its
/// size, and because libraries refuse the lone surrogates of PEP 383. Each
/// function skips white space first, and returns false with the first problem
/// kept.
class json_text {
public:
  explicit json_text(std::string_view text) : text_(text) {
    // nop
  }

  /// Returns the next byte that is not white space, 0 at the end.
  char peek();

  /// Takes `c` if it is next.
  bool take(char c);

  /// Takes `c` or refuses with `expected`.
  bool want(char c, std::string_view expected);

  /// Takes `null`, `true` or `false`.
  bool word(std::string_view& x);

  /// Takes a number in JSON's grammar, as text.
  bool number(std::string_view& x);

  /// Takes a string, unescaped: `\udc80` to `\udcff` without a high surrogate
  /// in front become the bytes 80 to FF.
  bool string(std::string& x);

  /// Refuses all but white space.
  bool finish();

  size_t position() const {
    return at_;
  }

  /// Keeps the first problem. @returns false.
  bool refuse(std::string_view problem);

  /// Returns `errc::bad_json` with the problem and its offset.
  error problem() const;

  bool failed() const {
    return !problem_.empty();
  }

private:
  bool escape(std::string& out);
  bool unicode_escape(std::string& out);
  bool hex4(uint32_t& x);
  bool digits();

  std::string_view text_;
  size_t at_ = 0;
  size_t problem_at_ = 0;
  std::string problem_;
};

} // namespace troupe
