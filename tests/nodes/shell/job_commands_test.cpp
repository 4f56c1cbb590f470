#define CAF_SUITE job_commands

#include "nodes/shell/command_groups.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <string_view>

using namespace troupe::shell;

CAF_TEST(has_the_commands_that_belong_together) {
  auto commands = job_commands();
  for (std::string_view name :
       {"run", "submit", "wait", "result", "jobs", "job", "cancel", "explain",
        "dead", "verify", "functions", "tasks", "watch"}) {
    CAF_MESSAGE(name);
    CAF_CHECK_EQUAL(
      std::count_if(commands.begin(), commands.end(),
                    [name](const auto& x) { return x.name == name; }),
      1);
  }
}
