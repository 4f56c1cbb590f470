#define CAF_SUITE surroundings

#include "nodes/shell/surroundings.hpp"

#include <caf/test/unit_test.hpp>

#include <stdlib.h>
#include <unistd.h>

using namespace troupe::shell;

// Real connections are what tests/system/shell_test.py makes.
CAF_TEST(the_process_gives_its_streams_and_variables) {
  auto where = process_surroundings();
  CAF_CHECK_EQUAL(where.out, STDOUT_FILENO);
  CAF_CHECK_EQUAL(where.err, STDERR_FILENO);
  ::setenv("TROUPE_SHELL_TEST", "x", 1);
  CAF_CHECK_EQUAL(where.variable("TROUPE_SHELL_TEST").value_or(""), "x");
  ::unsetenv("TROUPE_SHELL_TEST");
  CAF_CHECK(!where.variable("TROUPE_SHELL_TEST"));
  CAF_CHECK(where.connect != nullptr);
}
