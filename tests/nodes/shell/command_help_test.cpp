#define CAF_SUITE command_help

#include "nodes/shell/help_text.hpp"
#include "nodes/shell/program.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe::shell;

namespace {

struct ended_command {
  exit_code code;
  std::string out;
  std::string err;
};

/// Runs a command line that must not connect.
ended_command run(const std::vector<std::string>& args) {
  captured out;
  captured err;
  auto none = [](std::string_view) { return std::nullopt; };
  auto never = [](const invocation&) -> outcome<troupe::client> {
    CAF_ERROR("help connects");
    return refuse("");
  };
  auto code =
    run_program(args, {out.descriptor(), err.descriptor(), none, never});
  return {code, out.text(), err.text()};
}

} // namespace

CAF_TEST(prints_help_on_stdout) {
  CAF_CHECK_EQUAL(run({"help"}).out, help_text());
  CAF_CHECK_EQUAL(run({"--help"}).out, help_text());
  for (const auto& command : command_table()) {
    std::string name{command.name};
    auto ended = run({"help", name});
    CAF_CHECK(ended.code == exit_code::done);
    CAF_CHECK_EQUAL(ended.out, help_text(command));
    CAF_CHECK_EQUAL(ended.err, "");
    CAF_CHECK_EQUAL(run({name, "--help"}).out, help_text(command));
  }
}

CAF_TEST(prints_the_completion) {
  CAF_CHECK_EQUAL(run({"help", "--completion", "bash"}).out, bash_completion());
  auto ended = run({"help", "--completion", "fish"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK_EQUAL(ended.out, "");
}

CAF_TEST(an_unknown_command_gets_the_nearest_names) {
  auto ended = run({"help", "rnu"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(ended.err.find("did you mean \"run\"") != std::string::npos);
}
