#define CAF_SUITE invocation

#include "nodes/shell/invocation.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;

namespace {

using words = std::vector<std::string>;

outcome<invocation> parse(const words& args, const std::string& connect = "") {
  return invocation::parse(args, [&](std::string_view name) {
    return name == "TROUPE_CONNECT" ? std::optional{connect} : std::nullopt;
  });
}

} // namespace

CAF_TEST(options_stand_before_and_behind_the_command) {
  auto call = parse({"--json", "--connect", "h:1", "run", "f", "--name", "x",
                     "--retries=7", "--cluster=c"});
  CAF_REQUIRE(call);
  CAF_CHECK_EQUAL(std::string{call->command()->name}, "run");
  CAF_CHECK_EQUAL(call->positional(), words{"f"});
  CAF_CHECK(call->has("json"));
  CAF_CHECK_EQUAL(call->text("name").value_or(""), "x");
  CAF_CHECK_EQUAL(call->count("retries").value_or(0), 7u);
  CAF_CHECK_EQUAL(call->text("cluster").value_or(""), "c");
  CAF_CHECK(*call->address("connect") == (endpoint{"h", 1}));
  CAF_CHECK(!call->has("output"));
  CAF_CHECK(!call->text("output"));
}

CAF_TEST(an_option_behind_the_command_wins) {
  auto call = parse({"--connect", "a:1", "jobs", "--connect", "b:2"}, "c:3");
  CAF_REQUIRE(call);
  CAF_CHECK(*call->address("connect") == (endpoint{"b", 2}));
}

CAF_TEST(the_variable_is_what_no_option_says) {
  CAF_CHECK(*parse({"jobs"}, "c:3")->address("connect") == (endpoint{"c", 3}));
  CAF_CHECK(!parse({"jobs"}, "")->has("connect"));
  auto wrong = parse({"jobs"}, "nonsense");
  CAF_REQUIRE(!wrong);
  CAF_CHECK(wrong.error().code == exit_code::usage);
  CAF_CHECK(wrong.error().text.find("TROUPE_CONNECT") != std::string::npos);
  CAF_CHECK(parse({"jobs", "--connect", "a:1"}, "nonsense"));
}

CAF_TEST(a_list_of_files_ends_at_the_next_option) {
  auto call = parse(
    {"run", "f", "--split", "a", "b", "--chunk", "2KiB", "--split", "c", "-"});
  CAF_REQUIRE(call);
  CAF_CHECK_EQUAL(call->texts("split"), (words{"a", "b", "c", "-"}));
  CAF_CHECK_EQUAL(call->size_bytes("chunk").value_or(0), 2048u);
  CAF_CHECK_EQUAL(call->positional(), words{"f"});
}

CAF_TEST(values_may_begin_with_a_dash) {
  auto call = parse({"run", "f", "--range", "-5..5", "--lines", "-", "--input",
                     "-1", "--input=-2"});
  CAF_REQUIRE(call);
  CAF_CHECK_EQUAL(call->text("range").value_or(""), "-5..5");
  CAF_CHECK_EQUAL(call->text("lines").value_or(""), "-");
  CAF_CHECK_EQUAL(call->texts("input"), (words{"-1", "-2"}));
}

CAF_TEST(help_and_version_need_no_command) {
  for (const auto& args :
       {words{"--help"}, words{"-h"}, words{"run", "--help"},
        words{"run", "-h"}, words{"--version"}, words{"--version", "run"}})
    CAF_CHECK(parse(args));
  CAF_CHECK(parse({"-h"})->command() == nullptr);
  CAF_CHECK(parse({"run", "-h"})->command() != nullptr);
}

CAF_TEST(f_is_short_for_a_file) {
  auto call = parse({"submit", "-f", "job.json"});
  CAF_REQUIRE(call);
  CAF_CHECK_EQUAL(call->text("file").value_or(""), "job.json");
  CAF_CHECK(call->positional().empty());
  auto stdin_too = parse({"run", "echo", "-f", "-"});
  CAF_REQUIRE(stdin_too);
  CAF_CHECK_EQUAL(stdin_too->text("file").value_or(""), "-");
  CAF_CHECK(!parse({"jobs", "-f", "x"}));
}

CAF_TEST(what_a_command_line_does_not_say_comes_from_elsewhere) {
  auto call = parse({"submit", "-f", "x", "--retries", "1"});
  CAF_REQUIRE(call);
  auto whole = call->completed(
    "f", {{"retries", {"2"}}, {"label", {"a", "b"}}, {"stream", {}}});
  CAF_CHECK_EQUAL(whole.positional(), words{"f"});
  CAF_CHECK_EQUAL(whole.count("retries").value_or(0), 1u);
  CAF_CHECK_EQUAL(whole.texts("label"), (words{"a", "b"}));
  CAF_CHECK(whole.has("stream"));
  auto own = parse({"submit", "g"})->completed("f", {});
  CAF_CHECK_EQUAL(own.positional(), words{"g"});
}

CAF_TEST(durations_are_read) {
  auto call = parse({"wait", "7", "--timeout", "1.5s"});
  CAF_REQUIRE(call);
  CAF_CHECK_EQUAL(call->duration("timeout")->count(), 1500);
  CAF_CHECK_EQUAL(call->job().value_or(0), 7u);
}

CAF_TEST(refuses_what_is_no_job) {
  for (const auto* word : {"0", "x", "7x", "1.5", "18446744073709551616"}) {
    auto call = parse({"job", word});
    CAF_REQUIRE(call);
    auto job = call->job();
    CAF_REQUIRE(!job);
    CAF_CHECK(job.error().code == exit_code::usage);
  }
}

CAF_TEST(wrong_command_lines_get_a_sentence) {
  struct row {
    const char* what;
    words args;
    const char* text; ///< Part of the sentence.
  };
  const row rows[] = {
    {"unknown command", {"rnu"}, "no command \"rnu\"; did you mean \"run\""},
    {"far from all", {"qqqqqqqq"}, "see troupe help"},
    {"unknown option", {"run", "f", "--redcue", "x"}, "\"--reduce\""},
    {"unknown with value", {"run", "f", "--redcue=x"}, "\"--reduce\""},
    {"abbreviated", {"run", "f", "--red", "x"}, "\"--reduce\""},
    {"of another command", {"jobs", "--reduce", "x"}, "jobs has no option"},
    {"before the command", {"--reduce", "x", "run"}, "before the command"},
    {"short option", {"run", "f", "-x"}, "no option \"-x\""},
    {"short before", {"-x", "run", "f"}, "no option \"-x\""},
    {"short alone", {"-x"}, "no option \"-x\""},
    {"short for a script", {"-x", "-c", "jobs"}, "no option \"-x\""},
    {"script without text", {"-c"}, "--command"},
    {"two scripts", {"-f", "x", "-f", "y"}, "more than once"},
    {"script behind", {"jobs", "-c", "x"}, "no option \"-c\""},
    {"value is missing", {"run", "f", "--reduce"}, "--reduce"},
    {"option as value", {"run", "f", "--reduce", "--json"}, "--reduce"},
    {"flag with value", {"jobs", "--json=yes"}, "--json"},
    {"given twice", {"run", "f", "--name", "a", "--name", "b"}, "more than"},
    {"too few words", {"run"}, "needs FUNCTION"},
    {"too many words", {"run", "f", "g"}, "no use for \"g\""},
    {"bad count", {"run", "f", "--retries", "many"}, "--retries:"},
    {"count over limit", {"run", "f", "--retries", "1000001"}, "--retries:"},
    {"bad size", {"run", "f", "--chunk", "big"}, "--chunk:"},
    {"bad duration", {"wait", "1", "--timeout", "soon"}, "--timeout:"},
    {"bad endpoint", {"--connect", "nowhere", "jobs"}, "--connect:"},
  };
  for (const auto& [what, args, text] : rows) {
    CAF_MESSAGE(what);
    auto call = parse(args);
    CAF_REQUIRE(!call);
    CAF_CHECK(call.error().code == exit_code::usage);
    CAF_MESSAGE(call.error().text);
    CAF_CHECK(call.error().text.find(text) != std::string::npos);
  }
}

CAF_TEST(scripts_stand_where_a_command_does) {
  using texts = std::vector<std::string>;
  auto call = parse({"--json", "-f", "a.troupe", "--keep-going", "x", "-h"});
  CAF_REQUIRE(call);
  CAF_CHECK(call->command() == nullptr);
  CAF_CHECK(call->text("file") == "a.troupe");
  CAF_CHECK(call->has("keep-going"));
  CAF_CHECK(call->has("json"));
  CAF_CHECK(!call->has("help"));
  CAF_CHECK((call->positional() == texts{"x", "-h"}));
  call = parse({"-c", "jobs; nodes", "--", "-5", "jobs"});
  CAF_REQUIRE(call);
  CAF_CHECK(call->text("command") == "jobs; nodes");
  CAF_CHECK((call->positional() == texts{"-5", "jobs"}));
  call = parse({"-f", "-"});
  CAF_REQUIRE(call);
  CAF_CHECK(call->text("file") == "-");
  call = parse({"--cluster", "x"});
  CAF_REQUIRE(call);
  CAF_CHECK(call->command() == nullptr);
}
