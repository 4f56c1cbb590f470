#define CAF_SUITE fish_completion

#include "nodes/shell/completion.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe::shell;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

// Whether fish takes it is part of tests/system/completion_test.py.
CAF_TEST(the_script_knows_every_command_and_option_with_a_description) {
  auto script = fish_completion();
  for (const auto& command : command_table()) {
    CAF_MESSAGE(command.name);
    std::string name{command.name};
    CAF_CHECK(contains(script, "-n __troupe_no_command -a " + name + " -d '"));
    for (const auto& option : command.options)
      CAF_CHECK(contains(script, "-n '__troupe_is " + name + "' -l "
                                   + std::string{option.name} + " "));
  }
  for (const auto& option : global_options())
    CAF_CHECK(contains(script, "complete -c troupe -l "
                                 + std::string{option.name} + " "));
  CAF_CHECK(!contains(script, "@"));
}

CAF_TEST(offers_choices_files_and_values) {
  auto script = fish_completion();
  CAF_CHECK(contains(script, "'__troupe_at dead 0' -a 'list show requeue "));
  CAF_CHECK(contains(script, "-l lines -r -F -d"));
  CAF_CHECK(contains(script, "-l completion -x -a 'bash zsh fish' -d"));
  CAF_CHECK(contains(script, "the coordinator\\'s"));
  CAF_CHECK(contains(script, "-n __troupe_no_command -l file -s f -r -F -d"));
  CAF_CHECK(contains(script, "-n __troupe_no_command -l command -s c -x -d"));
  CAF_CHECK(contains(script, "-n '__troupe_is submit' -l file -s f -r -F"));
  CAF_CHECK(contains(script, "-l level -x -a 'trace debug info warn error'"));
}
