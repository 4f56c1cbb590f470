#define CAF_SUITE interactive_shell

#include "nodes/shell/interactive_shell.hpp"
#include "tests/nodes/shell/captured.hpp"
#include "tests/nodes/shell/scoped_variable.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace troupe::shell;

// Commands, a cluster and what the screen looks like are part of
// tests/system/terminal_test.py.
namespace {

constexpr int patience_ms = 20'000;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct fixture {
  fixture() {
    winsize size{24, 80, 0, 0};
    if (::openpty(&screen, &terminal, nullptr, nullptr, &size) != 0)
      screen = terminal = -1;
  }

  ~fixture() {
    ::close(screen);
    ::close(terminal);
  }

  /// Types a text whenever another one is shown; the last one must leave.
  void type(const std::vector<std::pair<std::string, std::string>>& steps) {
    size_t seen = 0;
    for (const auto& [await, keys] : steps) {
      while (shown.find(await, seen) == std::string::npos) {
        pollfd wanted{screen, POLLIN, 0};
        char buffer[4096];
        if (::poll(&wanted, 1, patience_ms) != 1)
          return ::abort(); // The shell would wait for ever.
        auto got = ::read(screen, buffer, sizeof(buffer));
        if (got > 0)
          shown.append(buffer, static_cast<size_t>(got));
      }
      seen = shown.find(await, seen) + await.size();
      [[maybe_unused]] auto written = ::write(screen, keys.data(), keys.size());
    }
  }

  exit_code run(const std::vector<std::pair<std::string, std::string>>& steps) {
    auto none = [](std::string_view) { return std::nullopt; };
    std::vector<std::string> args{"--connect", "127.0.0.1:1"};
    auto call = invocation::parse(args, none);
    CAF_REQUIRE(call);
    surroundings where;
    where.in = where.out = terminal;
    where.err = said.descriptor();
    where.variable = none;
    where.connect = [](const invocation&) -> outcome<troupe::client> {
      return refuse("nobody listens", exit_code::cannot_connect);
    };
    std::thread typist{[&] { type(steps); }};
    auto code = run_interactive(*call, where);
    typist.join();
    return code;
  }

  temporary_folder folder;
  scoped_variable state{"XDG_STATE_HOME", folder.path("state").c_str()};
  scoped_variable config{"XDG_CONFIG_HOME", folder.path("config").c_str()};
  scoped_variable term{"TERM", "xterm"};
  scoped_variable editrc{"EDITRC", "/dev/null"};
  scoped_variable no_color{"NO_COLOR", "1"};
  captured said;
  std::string shown;
  int screen = -1;
  int terminal = -1;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(interactive_shell_tests, fixture)

CAF_TEST(says_where_it_is_and_reads_lines_until_its_user_leaves) {
  auto code = run({{"default (not connected)> ", "x = 5; print got $x\r"},
                   {"got 5", ""},
                   {"default (not connected)> ", "for i in 1..3\r"},
                   {"... ", "print number $i; end\r"},
                   {"number 2", ""},
                   {"default (not connected)> ", "history\r"},
                   {"3  print number $i; end", ""},
                   {"default (not connected)> ", "quit\r"}});
  CAF_CHECK(code == exit_code::done);
  CAF_CHECK(contains(shown, "cluster default at 127.0.0.1:1: nobody listens; "
                            "\"help\" lists the commands"));
  CAF_CHECK_EQUAL(folder.read("state/troupe/history"),
                  "x = 5; print got $x\nfor i in 1..3\n"
                  "print number $i; end\nhistory\nquit\n");
  CAF_CHECK_EQUAL(said.text(), "");
}

CAF_TEST(what_is_wrong_is_said_and_the_prompt_goes_on) {
  auto code = run({{"connected)> ", "nodse\r"},
                   {"connected)> ", "set events some\r"},
                   {"connected)> ", "print $nothing\r"},
                   {"connected)> ", "print half\x03"},
                   {"connected)> ", "exit\r"}});
  CAF_CHECK(code == exit_code::done);
  auto text = said.text();
  CAF_CHECK(contains(text, "troupe: there is no command \"nodse\""));
  CAF_CHECK(contains(text, "set events takes off, jobs or all"));
  CAF_CHECK(contains(text, "no variable \"nothing\""));
}

CAF_TEST(exit_says_the_code) {
  auto code = run({{"connected)> ", "exit 3\r"}});
  CAF_CHECK_EQUAL(static_cast<int>(code), 3);
}

CAF_TEST(an_address_switches_the_cluster) {
  auto code =
    run({{"default (not connected)> ", "connect 127.0.0.1:2 --cluster night\r"},
         {"night (not connected)> ", "\x04"}});
  CAF_CHECK(code == exit_code::done);
  CAF_CHECK_EQUAL(said.text(), "troupe: commands go to cluster night at "
                               "127.0.0.1:2: nobody listens\n");
}

CAF_TEST(a_broken_file_of_contexts_is_said) {
  std::filesystem::create_directories(folder.path("config/troupe"));
  folder.file("config/troupe/contexts.json", "{");
  auto none = [](std::string_view) { return std::nullopt; };
  auto call = invocation::parse({}, none);
  CAF_REQUIRE(call);
  surroundings where;
  where.err = said.descriptor();
  CAF_CHECK(run_interactive(*call, where) == exit_code::failed);
  CAF_CHECK(contains(said.text(), "mend it or remove it"));
}

CAF_TEST_FIXTURE_SCOPE_END()
