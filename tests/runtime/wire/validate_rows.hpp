#pragma once

#include "runtime/wire/validate.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

/// How the tests of `validate*.cpp` write their tables. Include it after
/// `CAF_SUITE` is defined.
namespace troupe::validate_test {

inline std::string long_text(size_t size) {
  return std::string(size + 1, 'x');
}

/// Returns what `check` says of `x` after `change`.
template <class T, class F>
result<void> changed(T x, F change) {
  change(x);
  return check(x);
}

struct row {
  const char* what;
  result<void> got;
  errc want;
};

inline void check_rows(const std::vector<row>& rows) {
  for (const auto& [what, got, want] : rows) {
    CAF_MESSAGE(what);
    auto code = got ? errc::ok : got.error().code;
    CAF_CHECK_EQUAL(to_string(code), to_string(want));
    // One sentence that says what to do, short whatever the peer sent.
    if (!got) {
      CAF_CHECK(got.error().text.find(": ") != std::string::npos);
      CAF_CHECK(got.error().text.size() < 512);
    }
  }
}

constexpr auto ok = errc::ok;
constexpr auto bad = errc::protocol_violation;

} // namespace troupe::validate_test
