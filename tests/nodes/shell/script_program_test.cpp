#define CAF_SUITE script_program

#include "nodes/shell/script_program.hpp"
#include "tests/nodes/shell/captured.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

#include <pty.h>
#include <unistd.h>

using namespace troupe;
using namespace troupe::shell;

namespace {

using texts = std::vector<std::string>;

class fake_runner : public command_runner {
public:
  command_end run(const texts& args, bool) override {
    asked.push_back(args);
    return {args.back() == "fail" ? 1 : 0, ""};
  }

  std::vector<texts> asked;
};

struct fixture {
  /// Runs a command line. @returns its failure, or nothing.
  std::string run(const texts& args, std::string_view in = "") {
    captured input;
    CAF_REQUIRE_EQUAL(::write(input.descriptor(), in.data(), in.size()),
                      static_cast<ssize_t>(in.size()));
    ::lseek(input.descriptor(), 0, SEEK_SET);
    auto none = [](std::string_view) { return std::nullopt; };
    surroundings where{out.descriptor(), err.descriptor(), none, nullptr,
                       input.descriptor()};
    auto call = invocation::parse(args, none);
    CAF_REQUIRE(call);
    CAF_REQUIRE(call->command() == nullptr);
    auto ended = run_script(*call, where, runner);
    return ended ? std::to_string(static_cast<int>(*ended))
                 : ended.error().text;
  }

  captured out;
  captured err;
  fake_runner runner;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(script_program_tests, fixture)

CAF_TEST(texts_files_and_stdin_are_run) {
  temporary_folder folder;
  auto path = folder.file("x.troupe", "print $0 $1 $2\n");
  auto text = run({"-c", "print a; print b\njobs"});
  CAF_CHECK_EQUAL(text, "0");
  text = run({"-f", path, "--", "-1", "b c"});
  CAF_CHECK_EQUAL(text, "0");
  text = run({"-f", "-"}, "print stdin $0");
  CAF_CHECK_EQUAL(text, "0");
  text = run({}, "print piped");
  CAF_CHECK_EQUAL(text, "0");
  CAF_CHECK_EQUAL(out.text(),
                  "a\nb\n" + path + " -1 b c\nstdin stdin\npiped\n");
}

CAF_TEST(what_is_printed_steers_no_terminal) {
  auto text = run({"-c", "print '\x1b[31m' 'a\\b'"});
  CAF_CHECK_EQUAL(out.text(), "\x1b[31m a\\b\n");
  int leader = -1;
  int follower = -1;
  CAF_REQUIRE_EQUAL(::openpty(&leader, &follower, nullptr, nullptr, nullptr),
                    0);
  CAF_CHECK(print_text(follower, "\x1b[31m a\\b"));
  char buffer[64];
  auto got = ::read(leader, buffer, sizeof(buffer));
  CAF_CHECK_EQUAL(std::string(buffer, static_cast<size_t>(got)),
                  "\\x1b[31m a\\b");
  ::close(leader);
  ::close(follower);
}

CAF_TEST(errors_name_where_they_are) {
  auto text = run({"-c", "jobs\nwait fail"});
  CAF_CHECK_EQUAL(text, "-c:2: \"wait fail\" ended with exit code 1; the "
                        "script stops here");
  text = run({}, "wait fail");
  CAF_CHECK(text.starts_with("stdin:1: "));
  text = run({"-f", "/nowhere/x"});
  CAF_CHECK_EQUAL(text,
                  "cannot open \"/nowhere/x\": No such file or directory");
  text = run({}, " \n");
  CAF_CHECK_EQUAL(text, "a command is missing; see troupe help");
  text = run({"-c", "jobs", "-f", "x"});
  CAF_CHECK(text.find("exclude each other") != std::string::npos);
  text = run({"-c", "jobs", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"});
  CAF_CHECK(text.find("at most 9 arguments") != std::string::npos);
}

CAF_TEST(global_options_are_handed_on) {
  auto text = run({"--connect", "127.0.0.1:7", "--cluster=x", "--json",
                   "--connect-timeout", "1s", "-c", "jobs --state waiting"});
  CAF_CHECK_EQUAL(text, "0");
  CAF_REQUIRE_EQUAL(runner.asked.size(), 1u);
  CAF_CHECK(
    (runner.asked[0]
     == texts{"--connect", "127.0.0.1:7", "--cluster", "x", "--connect-timeout",
              "1s", "--json", "jobs", "--state", "waiting"}));
}

CAF_TEST(keep_going_says_each_failure) {
  auto text = run({"--keep-going", "-c", "wait fail; print on"});
  CAF_CHECK_EQUAL(text, "1");
  CAF_CHECK_EQUAL(out.text(), "on\n");
  CAF_CHECK_EQUAL(err.text(), "troupe: -c:1: \"wait fail\" ended with exit "
                              "code 1\n");
}

CAF_TEST_FIXTURE_SCOPE_END()
