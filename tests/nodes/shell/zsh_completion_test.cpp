#define CAF_SUITE zsh_completion

#include "nodes/shell/completion.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe::shell;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

// Whether zsh takes it is part of tests/system/completion_test.py.
CAF_TEST(the_script_knows_every_command_and_option_with_a_description) {
  auto script = zsh_completion();
  CAF_CHECK(script.starts_with("#compdef troupe\n"));
  for (const auto& command : command_table()) {
    CAF_MESSAGE(command.name);
    std::string name{command.name};
    CAF_CHECK(contains(script, "    '" + name + ":"));
    CAF_CHECK(contains(script, "    " + name + ")\n      _arguments $global"));
    for (const auto& option : command.options)
      CAF_CHECK(contains(script, "--" + std::string{option.name} + "["));
  }
  for (const auto& option : global_options())
    CAF_CHECK(contains(script, "    '--" + std::string{option.name} + "["));
  CAF_CHECK(!contains(script, "@COMMANDS@"));
  CAF_CHECK(!contains(script, "@GLOBAL@"));
  CAF_CHECK(!contains(script, "@CASES@"));
}

CAF_TEST(offers_choices_files_and_values) {
  auto script = zsh_completion();
  CAF_CHECK(contains(script, "'1:ACTION:(list show requeue purge)'"));
  CAF_CHECK(contains(script, "'2::WHICH: '"));
  CAF_CHECK(contains(script, ":FILE:_files'"));
  CAF_CHECK(contains(script, ":SHELL:(bash zsh fish)'"));
  CAF_CHECK(contains(script, "'*--input["));
  CAF_CHECK(contains(script, "    '-f[Run the script in a file"));
  CAF_CHECK(contains(script, "'-f[A job file"));
  CAF_CHECK(contains(script, "    '--keep-going["));
  CAF_CHECK(contains(script, ":LEVEL:(trace debug info warn error)'"));
}

CAF_TEST(what_has_a_meaning_is_quoted) {
  auto script = zsh_completion();
  CAF_CHECK(contains(script, "the coordinator'\\''s"));
  CAF_CHECK(contains(script, "\\[i, min(i+STEP, B)\\]]"));
  CAF_CHECK(contains(script, ":HOST\\:PORT: '"));
}
