#define CAF_SUITE count_table

#include "runtime/base/random.hpp"
#include "runtime/function/count_table.hpp"

#include <caf/test/unit_test.hpp>

#include <map>

using namespace troupe;
using namespace std::string_literals;

CAF_TEST(it_counts_as_a_map_does) {
  auto random = make_seeded_random(11);
  count_table table;
  std::map<std::string, uint64_t> want;
  for (int i = 0; i < 200'000; ++i) {
    auto key = std::to_string(random->next() % 30'000);
    ++table.at(key);
    ++want[key];
  }
  CAF_CHECK_EQUAL(table.size(), want.size());
  std::map<std::string, uint64_t> got;
  table.for_each(
    [&](std::string_view key, uint64_t x) { got.emplace(key, x); });
  CAF_CHECK(got == want);
}

CAF_TEST(keys_are_any_bytes_and_come_back_in_order_of_insertion) {
  const std::vector<std::string> keys{"b", "", "a\0b"s, "a\0c"s, "a"};
  count_table table;
  for (const auto& key : keys)
    table.at(key, 5) += 1;
  table.at("b") += 10;
  std::vector<std::string> got;
  table.for_each([&](std::string_view key, uint64_t x) {
    got.emplace_back(key);
    CAF_CHECK_EQUAL(x, key == "b" ? 16u : 6u);
  });
  CAF_CHECK(got == keys);
  CAF_CHECK_EQUAL(table.key_bytes(), 8u);
}

CAF_TEST(a_cleared_table_is_empty_and_usable) {
  count_table table;
  for (int i = 0; i < 5000; ++i)
    table.at(std::to_string(i)) = 1;
  table.clear();
  CAF_CHECK_EQUAL(table.size(), 0u);
  CAF_CHECK_EQUAL(table.key_bytes(), 0u);
  CAF_CHECK_EQUAL(table.at("7"), 0u);
  CAF_CHECK_EQUAL(table.size(), 1u);
}
