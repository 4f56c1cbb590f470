#define CAF_SUITE table_json

#include "nodes/shell/table_json.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace troupe::shell;
using nlohmann::json;

CAF_TEST(has_all_commands_in_the_order_of_help) {
  auto table = json::parse(table_json());
  CAF_REQUIRE_EQUAL(table["commands"].size(), command_table().size());
  size_t at = 0;
  for (const auto& group : command_groups())
    for (const auto& command : group.commands) {
      const auto& have = table["commands"][at++];
      CAF_CHECK(have["name"] == command.name);
      CAF_CHECK(have["group"] == group.title);
      CAF_CHECK(have["summary"] == command.summary);
      CAF_CHECK(have["positional"] == command.positional);
      CAF_CHECK(have["positional_min"] == command.positional_min);
      CAF_CHECK(have["positional_max"] == command.positional_max);
      CAF_CHECK(have["details"] == command.details);
      CAF_CHECK(have["json"] == command.json);
      CAF_CHECK_EQUAL(have["options"].size(), command.options.size());
      CAF_CHECK_EQUAL(have["examples"].size(), command.examples.size());
      CAF_CHECK(json::parse(command_json(command)) == have);
    }
  CAF_CHECK_EQUAL(table["options"].size(), global_options().size());
}

CAF_TEST(says_what_arguments_are) {
  auto dead = json::parse(command_json(*find_command("dead")));
  CAF_CHECK(dead["takes"] == json({"choice", "task"}));
  CAF_CHECK(dead["choices"] == json({"list", "show", "requeue", "purge"}));
  CAF_CHECK(dead["options"][0]["name"] == "error");
  CAF_CHECK(dead["options"][0]["argument"] == "text");
  CAF_CHECK(dead["options"][0]["placeholder"] == "TEXT");
  CAF_CHECK(dead["options"][1]["argument"] == "none");
  auto run = json::parse(command_json(*find_command("run")));
  CAF_CHECK(run["takes"] == json({"function"}));
  CAF_CHECK(run["choices"] == json::array());
  for (const auto& option : run["options"]) {
    CAF_CHECK_EQUAL(
      option["repeatable"].get<bool>(),
      find_option(find_command("run"), option["name"].get<std::string>())
        ->repeatable);
  }
  auto jobs = json::parse(command_json(*find_command("jobs")));
  CAF_CHECK(jobs["takes"] == json::array());
}
