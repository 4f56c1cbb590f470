#define CAF_SUITE command_table

#include "nodes/shell/command_table.hpp"
#include "runtime/function/reducer.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(each_command_is_complete) {
  std::set<std::string_view> seen;
  for (const auto& command : command_table()) {
    CAF_MESSAGE(command.name);
    CAF_CHECK(seen.insert(command.name).second);
    CAF_CHECK(!command.summary.empty());
    CAF_CHECK(!command.summary.ends_with("."));
    CAF_CHECK(!command.examples.empty());
    CAF_CHECK(command.run != nullptr);
    CAF_CHECK(command.positional_min <= command.positional_max);
    CAF_CHECK_EQUAL(command.positional.empty(), command.positional_max == 0);
    CAF_CHECK(!command.json.empty());
    bool offers = false;
    for (auto value : command.takes)
      offers = offers || value == value_kind::choice;
    CAF_CHECK_EQUAL(offers, !command.choices.empty());
    for (const auto& item : command.examples)
      CAF_CHECK(item.line.find(command.name) != std::string_view::npos);
  }
}

CAF_TEST(each_option_is_complete) {
  auto check = [](std::span<const option_spec> options) {
    for (const auto& option : options) {
      CAF_MESSAGE(option.name);
      CAF_CHECK(!option.help.empty());
      CAF_CHECK(!option.help.ends_with("."));
      CAF_CHECK_EQUAL(option.argument == argument_kind::none,
                      option.placeholder.empty());
    }
  };
  check(global_options());
  for (const auto& command : command_table()) {
    check(command.options);
    for (const auto& option : command.options)
      CAF_CHECK(std::ranges::none_of(global_options(), [&](const auto& global) {
        return global.name == option.name;
      }));
  }
}

CAF_TEST(finds_commands_and_options_by_name) {
  const auto* run = find_command("run");
  CAF_REQUIRE(run != nullptr);
  CAF_CHECK_EQUAL(std::string{run->name}, "run");
  CAF_CHECK(find_command("ru") == nullptr);
  CAF_CHECK(find_option(run, "reduce") != nullptr);
  CAF_CHECK(find_option(run, "json") != nullptr);
  CAF_CHECK(find_option(nullptr, "reduce") == nullptr);
  CAF_CHECK_EQUAL(command_names().size(), command_table().size());
}

CAF_TEST(help_of_reduce_names_every_reducer) {
  std::string help{find_option(find_command("run"), "reduce")->help};
  for (const auto& name : reducer_names())
    CAF_CHECK(help.find(name) != std::string::npos);
}
