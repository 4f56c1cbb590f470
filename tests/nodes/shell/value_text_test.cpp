#define CAF_SUITE value_text

#include "nodes/shell/value_text.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

CAF_TEST(seconds_are_exact_and_short) {
  struct row {
    uint64_t us;
    const char* text;
  };
  const row rows[] = {
    {0, "0"},         {1, "0.000001"},      {250'000, "0.25"},
    {1'000'000, "1"}, {10'500'000, "10.5"}, {60'000'001, "60.000001"}};
  for (const auto& [us, text] : rows)
    CAF_CHECK_EQUAL(seconds(us), text);
}

CAF_TEST(texts_are_json) {
  CAF_CHECK_EQUAL(quoted("a \"b\"\n"), R"("a \"b\"\n")");
  CAF_CHECK_EQUAL(quoted(std::vector<std::string>{}), "[]");
  CAF_CHECK_EQUAL(quoted(std::vector<std::string>{"a", "b"}), R"(["a", "b"])");
}

CAF_TEST(spans_are_for_people) {
  CAF_CHECK_EQUAL(span(1'500), "1.5 ms");
}
