#define CAF_SUITE shell_commands

#include "nodes/shell/command_groups.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <string_view>

using namespace troupe::shell;

CAF_TEST(has_the_commands_that_belong_together) {
  auto commands = shell_commands();
  for (std::string_view name : {"connect", "help"}) {
    CAF_MESSAGE(name);
    CAF_CHECK_EQUAL(
      std::count_if(commands.begin(), commands.end(),
                    [name](const auto& x) { return x.name == name; }),
      1);
  }
}
