#define CAF_SUITE session

#include "nodes/shell/session.hpp"
#include "nodes/shell/table.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <pty.h>
#include <unistd.h>

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

CAF_TEST(a_copy_of_a_table_does_not_depend_on_the_terminal) {
  int leader = -1;
  int follower = -1;
  winsize narrow{24, 40, 0, 0};
  CAF_REQUIRE_EQUAL(::openpty(&leader, &follower, nullptr, nullptr, &narrow),
                    0);
  captured copy;
  auto none = [](std::string_view) { return std::nullopt; };
  surroundings where{follower, follower, none, nullptr, 0, copy.descriptor()};
  std::vector<std::string> args{"jobs"};
  auto call = invocation::parse(args, none);
  CAF_REQUIRE(call);
  interrupt_watch interrupts;
  session self{*call, where, interrupts};
  std::string wide(50, 'x');
  self.show({{{"A"}, {"B", false, false, 1}}, {{{"1", tone::bad}, {wide}}}});
  CAF_CHECK(self.out().flush());
  CAF_CHECK_EQUAL(copy.text(), "A  B\n1  " + wide + "\n");
  char buffer[256];
  auto got = ::read(leader, buffer, sizeof(buffer));
  std::string shown(buffer, static_cast<size_t>(got));
  CAF_CHECK(shown.find('B') == std::string::npos);
  ::close(leader);
  ::close(follower);
}
