#define CAF_SUITE actor_commands

#include "actors/message_table.hpp"
#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/command_table.hpp"

#include <caf/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(has_the_commands_that_belong_together) {
  auto commands = shell::actor_commands();
  for (std::string_view name :
       {"tree", "actors", "describe", "state", "ask", "send", "monitor",
        "restart", "stop", "spawn", "fault"}) {
    CAF_MESSAGE(name);
    CAF_CHECK_EQUAL(
      std::count_if(commands.begin(), commands.end(),
                    [name](const auto& x) { return x.name == name; }),
      1);
  }
}

CAF_TEST(the_choices_are_the_documented_messages) {
  for (auto asks : {true, false}) {
    auto choices = find_command(asks ? "ask" : "send")->choices;
    auto names = fmt::format("{}", fmt::join(message_names(asks), " "));
    CAF_CHECK_EQUAL(std::string{choices}, names);
  }
}
