#define CAF_SUITE completion

#include "nodes/shell/completion.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::shell;

CAF_TEST(knows_three_shells) {
  std::vector<std::string> names;
  for (const auto& shell : completed_shells()) {
    names.emplace_back(shell.name);
    auto script = shell.script();
    CAF_CHECK(script.find("# " + names.back() + " completion for troupe")
              != std::string::npos);
  }
  CAF_CHECK((names == std::vector<std::string>{"bash", "zsh", "fish"}));
}

CAF_TEST(knows_what_is_fixed) {
  struct row {
    const char* command;
    size_t position;
    const char* want;
  };
  const row rows[] = {
    {"dead", 0, "list show requeue purge"},
    {"dead", 1, ""},
    {"dead", 2, ""},
    {"dead", 3, ""},
    {"bench", 0, "throughput latency granularity"},
    {"wait", 0, ""},
    {"jobs", 0, ""},
  };
  for (const auto& [command, position, want] : rows) {
    CAF_MESSAGE(command << " " << position);
    auto got = fixed_values(*find_command(command), position);
    CAF_CHECK_EQUAL(got, want);
  }
  auto commands = fixed_values(*find_command("help"), 0);
  CAF_CHECK(commands.starts_with("run submit "));
  CAF_CHECK(commands.ends_with(" scripts"));
  CAF_CHECK_EQUAL(fixed_values(*find_command("send"), 1), "flush");
  auto of = [](const char* command, const char* option) {
    const auto* found = find_command(command);
    return fixed_values(*find_option(found, option), found);
  };
  CAF_CHECK_EQUAL(of("help", "completion"), "bash zsh fish");
  auto reducers = " " + of("run", "reduce") + " ";
  for (const auto* name : {" sum ", " top: ", " none "})
    CAF_CHECK(reducers.find(name) != std::string::npos);
  CAF_CHECK(of("run", "name").empty());
  CAF_CHECK_EQUAL(of("log", "level"), "trace debug info warn error");
  CAF_CHECK(of("top", "sort").find("oldest") != std::string::npos);
  auto kinds = of("events", "kind");
  CAF_CHECK(kinds.find("task_dead") != std::string::npos);
  CAF_CHECK(kinds.find("job_progress") == std::string::npos);
  CAF_CHECK(of("jobs", "state") != of("tasks", "state"));
}

CAF_TEST(names_of_arguments_have_no_brackets) {
  auto names = argument_names(*find_command("fault"));
  CAF_CHECK((names == std::vector<std::string>{"ACTION", "NODE", "PATH"}));
  CAF_CHECK(argument_names(*find_command("jobs")).empty());
}

CAF_TEST(fills_one_place) {
  std::string text = "a @B@ @B@";
  fill(text, "B", "c");
  CAF_CHECK_EQUAL(text, "a c @B@");
  fill(text, "C", "d");
  CAF_CHECK_EQUAL(text, "a c @B@");
}

CAF_TEST(finds_each_name_of_an_option_once) {
  size_t timeouts = 0;
  for (const auto* option : options_where([](const auto&) { return true; }))
    timeouts += option->name == "timeout" ? 1 : 0;
  CAF_CHECK_EQUAL(timeouts, 1u);
  CAF_CHECK(options_where([](const auto&) { return false; }).empty());
}

// The scripts look at words before they know the command.
CAF_TEST(options_of_one_name_agree_whether_they_take_an_argument) {
  for (const auto& command : command_table())
    for (const auto& option : command.options)
      for (const auto* other : options_where(
             [&](const auto& x) { return x.name == option.name; })) {
        CAF_MESSAGE(command.name << " --" << option.name);
        CAF_CHECK_EQUAL(other->argument == argument_kind::none,
                        option.argument == argument_kind::none);
      }
}
