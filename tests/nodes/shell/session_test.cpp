#define CAF_SUITE session

#include "nodes/shell/session.hpp"
#include "nodes/shell/table.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(output_and_talk_are_apart) {
  captured out;
  captured err;
  auto none = [](std::string_view) { return std::nullopt; };
  size_t connections = 0;
  surroundings where{out.descriptor(), err.descriptor(), none,
                     [&](const invocation&) -> outcome<client> {
                       ++connections;
                       return refuse("nobody there");
                     }};
  std::vector<std::string> args{"jobs", "--json"};
  auto call = invocation::parse(args, none);
  CAF_REQUIRE(call);
  interrupt_watch interrupts;
  session self{*call, where, interrupts};
  CAF_CHECK(self.json());
  CAF_CHECK_EQUAL(self.text_columns(), 80u);
  self.say("something");
  self.show({{{"A"}}, {{{"1"}}}});
  CAF_CHECK(self.out().flush());
  CAF_CHECK_EQUAL(out.text(), "A\n1\n");
  CAF_CHECK_EQUAL(err.text(), "troupe: something\n");
  CAF_CHECK_EQUAL(connections, 0u);
  CAF_CHECK(!self.connect());
  CAF_CHECK_EQUAL(connections, 1u);
}
