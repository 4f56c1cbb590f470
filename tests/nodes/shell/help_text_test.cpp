#define CAF_SUITE help_text

#include "nodes/shell/help_text.hpp"
#include "nodes/shell/script_options.hpp"
#include "nodes/shell/table.hpp"

#include <caf/test/unit_test.hpp>

#include <sstream>
#include <string>

using namespace troupe::shell;

namespace {

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

size_t widest_line(const std::string& text) {
  std::istringstream in{text.substr(0, text.find("\nExamples:"))};
  size_t widest = 0;
  for (std::string line; std::getline(in, line);)
    widest = std::max(widest, display_columns(line));
  return widest;
}

} // namespace

CAF_TEST(the_overview_names_all_commands_and_global_options) {
  auto text = help_text();
  for (const auto& command : command_table()) {
    CAF_CHECK(contains(text, "\n  " + std::string{command.name} + " "));
    CAF_CHECK(contains(text, command.summary));
  }
  for (const auto& option : global_options())
    CAF_CHECK(contains(text, "  --" + std::string{option.name}));
  for (const auto& option : script_options())
    CAF_CHECK(contains(text, "  --" + std::string{option.name}));
  CAF_CHECK(widest_line(text) <= 80);
}

CAF_TEST(the_help_of_a_command_names_all_its_options) {
  for (const auto& command : command_table()) {
    CAF_MESSAGE(command.name);
    auto text = help_text(command);
    CAF_CHECK(text.starts_with("usage: troupe " + std::string{command.name}));
    for (const auto& option : command.options)
      CAF_CHECK(contains(text, "  --" + std::string{option.name}));
    for (const auto& item : command.examples)
      CAF_CHECK(contains(text, item.line));
    CAF_CHECK(widest_line(text) <= 80);
    CAF_CHECK(!contains(text, " \n"));
    CAF_CHECK(!contains(text, "\n\n\n"));
  }
}

CAF_TEST(says_what_json_prints_in_one_sentence) {
  struct row {
    const char* json;
    const char* want;
  };
  const row rows[] = {
    {"", ""},
    {"an array", "With --json: an array."},
    {"An array.", "With --json: an array."},
    {"A job. More.", "With --json: a job. More."},
    {"JOB", "With --json: JOB."},
    {"{\"a\"}", "With --json: {\"a\"}."},
  };
  for (const auto& [json, want] : rows) {
    command_spec command{"x", "X", "", 0, 0, {}, "", {}, nullptr, json};
    auto got = json_sentence(command);
    CAF_CHECK_EQUAL(got, want);
  }
}
