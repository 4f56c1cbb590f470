#define CAF_SUITE bash_completion

#include "nodes/shell/completion.hpp"
#include "nodes/shell/script_options.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe::shell;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

// What bash makes of it is part of tests/system/completion_test.py.
CAF_TEST(the_script_knows_every_command_and_option) {
  auto script = bash_completion();
  for (const auto& command : command_table()) {
    std::string name{command.name};
    CAF_CHECK(contains(script, " " + name) || contains(script, "\"" + name));
    for (const auto& option : command.options)
      CAF_CHECK(contains(script, "--" + std::string{option.name}));
    CAF_CHECK_EQUAL(contains(script, "    " + name + ") options+="),
                    !command.options.empty());
  }
  for (const auto& option : global_options())
    CAF_CHECK(contains(script, " --" + std::string{option.name}));
}

CAF_TEST(every_place_of_the_script_is_filled) {
  auto script = bash_completion();
  auto at = script.find('@');
  while (at != std::string::npos) {
    // ${COMP_WORDS[@]}, $@ and the like are bash's own.
    CAF_CHECK(at > 0 && (script[at - 1] == '[' || script[at - 1] == '$'));
    at = script.find('@', at + 1);
  }
}

CAF_TEST(offers_choices_and_commands_at_their_places) {
  auto script = bash_completion();
  CAF_CHECK(
    contains(script, "    dead:0) values=\"list show requeue purge\" ;;\n"));
  CAF_CHECK(contains(script, "    help:0) values=\"run submit "));
  CAF_CHECK(!contains(script, "    wait:0)"));
  CAF_CHECK(contains(script, "      log:--level) values=\"trace debug "));
  CAF_CHECK(contains(script, ":-f|run:-f|submit:-f) name=--file ;;"));
  for (const auto& option : script_options())
    CAF_CHECK(contains(script, " --" + std::string{option.name}));
}
