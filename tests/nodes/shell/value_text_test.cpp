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
  CAF_CHECK_EQUAL(span(0), "0 s");
}

CAF_TEST(one_thing_is_not_many) {
  CAF_CHECK_EQUAL(counted(0, "task"), "0 tasks");
  CAF_CHECK_EQUAL(counted(1, "task"), "1 task");
  CAF_CHECK_EQUAL(counted(1204, "task"), "1,204 tasks");
}

CAF_TEST(rates_are_short_and_none_is_lost) {
  struct row {
    double rate;
    const char* text;
  };
  const row rows[] = {
    {-1, "0.0/s"},     {0, "0.0/s"},     {1e-5, "<0.01/s"},
    {0.04, "0.04/s"},  {0.96, "1.0/s"},  {12.34, "12.3/s"},
    {99.94, "99.9/s"}, {99.96, "100/s"}, {1'234'567.6, "1,234,568/s"}};
  for (const auto& [rate, text] : rows)
    CAF_CHECK_EQUAL(per_second(rate), text);
}

CAF_TEST(all_is_done_only_when_nothing_is_left) {
  CAF_CHECK_EQUAL(share_text(0, 0), "100 %");
  CAF_CHECK_EQUAL(share_text(0, 3), "0 %");
  CAF_CHECK_EQUAL(share_text(2, 3), "66 %");
  CAF_CHECK_EQUAL(share_text(999'999'999, 1'000'000'000), "99 %");
  CAF_CHECK_EQUAL(share_text(7, 7), "100 %");
}
