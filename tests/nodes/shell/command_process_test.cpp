#define CAF_SUITE command_process

#include "nodes/shell/command_process.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

// The terminal is part of tests/system/terminal_test.py.
CAF_TEST(what_is_not_shown_is_returned) {
  command_process shell{"/bin/sh"};
  auto ended =
    shell.run({"-c", "printf 'a%s' \"$1\"; exit 3", "x", "b c"}, false);
  CAF_CHECK_EQUAL(ended.code, 3);
  CAF_CHECK_EQUAL(ended.output, "ab c");
}

CAF_TEST(what_is_shown_is_not_returned) {
  auto ended = command_process{"/bin/true"}.run({}, true);
  CAF_CHECK_EQUAL(ended.code, 0);
  CAF_CHECK_EQUAL(ended.output, "");
}

CAF_TEST(a_command_that_is_killed_has_the_code_of_shells) {
  auto ended = command_process{"/bin/sh"}.run({"-c", "kill -INT $$"}, false);
  CAF_CHECK_EQUAL(ended.code, 130);
}

CAF_TEST(a_program_that_is_not_there_fails) {
  auto ended = command_process{"/nowhere"}.run({}, false);
  CAF_CHECK_EQUAL(ended.code, 1);
}
