#define CAF_SUITE cluster_commands

#include "nodes/shell/command_groups.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <string_view>

using namespace troupe::shell;

CAF_TEST(has_the_commands_that_belong_together) {
  auto commands = cluster_commands();
  for (std::string_view name :
       {"status", "top", "check", "nodes", "node", "config", "log", "events",
        "cordon", "uncordon", "drain", "bench"}) {
    CAF_MESSAGE(name);
    CAF_CHECK_EQUAL(
      std::count_if(commands.begin(), commands.end(),
                    [name](const auto& x) { return x.name == name; }),
      1);
  }
}
