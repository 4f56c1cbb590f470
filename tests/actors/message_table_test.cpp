#define CAF_SUITE message_table

#include "actors/message_table.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

using namespace troupe;

CAF_TEST(no_actor_has_two_messages_of_one_name) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& x : message_table())
    CAF_CHECK(seen.emplace(x.kind, x.name).second);
}

CAF_TEST(every_actor_has_those_of_all) {
  auto some = messages_of("nobody");
  CAF_CHECK(some.size() == 2);
  CAF_CHECK(messages_of("scheduler").size() > some.size());
}

CAF_TEST(names_are_sorted_and_single) {
  auto names = message_names(false);
  CAF_CHECK(std::is_sorted(names.begin(), names.end()));
  CAF_CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CAF_CHECK(names.front() == "flush");
}
