#define CAF_SUITE command_help

#include "nodes/shell/completion.hpp"
#include "nodes/shell/help_text.hpp"
#include "nodes/shell/json_help.hpp"
#include "nodes/shell/program.hpp"
#include "nodes/shell/reference_text.hpp"
#include "nodes/shell/script_help.hpp"
#include "nodes/shell/table_json.hpp"
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

CAF_TEST(prints_the_completion_of_each_shell) {
  for (const auto& shell : completed_shells()) {
    auto ended = run({"help", "--completion", std::string{shell.name}});
    CAF_CHECK(ended.code == exit_code::done);
    CAF_CHECK_EQUAL(ended.out, shell.script());
  }
  auto ended = run({"help", "--completion", "csh"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK_EQUAL(ended.out, "");
  CAF_CHECK(ended.err.find("bash, zsh or fish") != std::string::npos);
}

CAF_TEST(prints_the_reference) {
  CAF_CHECK_EQUAL(run({"help", "--reference"}).out, reference_text());
}

CAF_TEST(prints_the_table_as_json) {
  CAF_CHECK_EQUAL(run({"--json", "help"}).out, table_json() + "\n");
  CAF_CHECK_EQUAL(run({"--json", "--help"}).out, table_json() + "\n");
  auto want = command_json(*find_command("run")) + "\n";
  CAF_CHECK_EQUAL(run({"--json", "help", "run"}).out, want);
  CAF_CHECK_EQUAL(run({"run", "--json", "--help"}).out, want);
  for (const auto* other : {"--reference", "--completion=bash"}) {
    auto ended = run({"--json", "help", other});
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK_EQUAL(ended.out, "");
  }
}

CAF_TEST(an_unknown_command_gets_the_nearest_names) {
  auto ended = run({"help", "rnu"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(ended.err.find("did you mean \"run\"") != std::string::npos);
}

CAF_TEST(explains_words_that_are_no_commands) {
  auto ended = run({"help", "repeat"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(ended.out, word_help("repeat"));
  ended = run({"--json", "help", "history"});
  CAF_CHECK(ended.out.starts_with("{\"topic\": \"history\", \"text\": \""));
  ended = run({"help", "histroy"});
  CAF_CHECK(ended.err.find("did you mean \"history\"") != std::string::npos);
}

CAF_TEST(explains_json) {
  CAF_CHECK_EQUAL(run({"help", "json"}).out, json_help());
}

CAF_TEST(explains_scripts) {
  CAF_CHECK_EQUAL(run({"help", "scripts"}).out, script_help());
  auto ended = run({"help", "script"});
  CAF_CHECK(ended.err.find("did you mean \"scripts\"") != std::string::npos);
  ended = run({"--json", "help", "scripts"});
  CAF_CHECK(ended.out.starts_with("{\"topic\": \"scripts\", \"text\": \""));
}
