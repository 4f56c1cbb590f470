#define CAF_SUITE error

#include "runtime/base/error.hpp"

#include <caf/test/unit_test.hpp>

#include <set>

using namespace troupe;

CAF_TEST(every_code_has_its_own_name_and_a_sentence) {
  std::set<std::string_view> names;
  for (uint8_t i = 0; i < errc_count; ++i) {
    auto code = static_cast<errc>(i);
    CAF_MESSAGE(static_cast<int>(i));
    CAF_CHECK_NOT_EQUAL(to_string(code), "unknown");
    CAF_CHECK(names.insert(to_string(code)).second);
    CAF_CHECK(!to_sentence(code).empty());
    CAF_CHECK(!to_sentence(code).ends_with('.'));
  }
}

CAF_TEST(a_code_of_a_newer_version_is_no_trap) {
  auto code = static_cast<errc>(errc_count);
  CAF_CHECK_EQUAL(to_string(code), "unknown");
  CAF_CHECK(!to_sentence(code).empty());
}

CAF_TEST(values_on_the_wire_never_change) {
  struct row {
    errc code;
    int number;
  };
  const row rows[] = {
    {errc::ok, 0},
    {errc::unknown_function, 1},
    {errc::bad_input, 2},
    {errc::function_failed, 15},
    {errc::stale_lease, 29},
    {errc::type_mismatch, 36},
    {errc::bad_json, 40},
    {errc::internal, 41},
    {errc::unknown_child, 42},
    {errc::child_exists, 43},
    {errc::bad_child_spec, 44},
    {errc::start_failed, 45},
  };
  for (const auto& [code, number] : rows)
    CAF_CHECK_EQUAL(static_cast<int>(code), number);
}

CAF_TEST(the_text_is_shown_or_else_the_sentence) {
  CAF_CHECK_EQUAL(to_string(error{errc::bad_input, "task 3: expected int"}),
                  "task 3: expected int");
  CAF_CHECK_EQUAL(to_string(error{errc::bad_input, ""}),
                  to_sentence(errc::bad_input));
}

CAF_TEST(fail_makes_a_result_of_any_type) {
  result<int> got = fail(errc::file_error, "cannot read x");
  CAF_REQUIRE(!got.has_value());
  CAF_CHECK((got.error() == error{errc::file_error, "cannot read x"}));
  result<void> other = fail(errc::internal);
  CAF_CHECK_EQUAL(other.error().text, "");
}
