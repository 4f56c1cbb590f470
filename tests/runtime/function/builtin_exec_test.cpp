#define CAF_SUITE builtin_exec

#include "runtime/base/limits.hpp"
#include "tests/runtime/function/call_function.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using test::json_caller;
using test::shown;

namespace {

const worker_permissions allowed{{}, true};

/// The result without the time it took.
std::string without_seconds(const result<std::string>& x) {
  auto text = shown(x);
  return text.substr(0, text.find(",\"seconds\":"));
}

} // namespace

CAF_TEST(inputs_and_arguments_become_commands) {
  struct row {
    const char* what;
    const char* args;
    const char* input;
    const char* want;
  };
  const row rows[] = {
    {"a line for the shell", "null", R"("echo a; echo b >&2")",
     R"({"exit":0,"stdout":"a\n","stderr":"b\n")"},
    {"a list is an argv", "null", R"(["echo","a b","*"])",
     R"({"exit":0,"stdout":"a b *\n","stderr":"")"},
    {"the input in argv", R"({"argv":["echo","<{}>","{}{}"]})", R"("x")",
     R"({"exit":0,"stdout":"<x> xx\n","stderr":"")"},
    {"a number in argv", R"({"argv":["echo","{}"]})", "7",
     R"({"exit":0,"stdout":"7\n","stderr":"")"},
    {"a list in argv", R"({"argv":["printf","%s,","{}","[{}]"]})",
     R"(["a b",1,true])",
     R"({"exit":0,"stdout":"a b,1,true,[a b 1 true],","stderr":"")"},
    {"no shell sees the input", R"({"argv":["echo","{}"]})", R"("$(id); `id`")",
     R"({"exit":0,"stdout":"$(id); `id`\n","stderr":"")"},
    {"the input is not searched for marks", R"({"argv":["echo","{}"]})",
     R"("{}")", R"({"exit":0,"stdout":"{}\n","stderr":"")"},
    {"stdin, env and cwd", R"({"stdin":"in","env":{"A":"x"},"cwd":"/usr"})",
     R"("cat; echo \" $A\"; pwd")",
     R"({"exit":0,"stdout":"in x\n/usr\n","stderr":"")"},
    {"bytes that are no text", "null", R"("printf '\\377'")",
     R"({"exit":0,"stdout":"\udcff","stderr":"")"},
  };
  auto registry = test::builtins();
  for (const auto& [what, args, input, want] : rows) {
    CAF_MESSAGE(what);
    json_caller call{registry, "exec", args};
    call.context.permissions = &allowed;
    CAF_CHECK_EQUAL(without_seconds(call(input)), want);
  }
}

CAF_TEST(failures_say_what_happened) {
  struct row {
    const char* input;
    errc code;
    const char* want;
  };
  const row rows[] = {
    {R"("echo oops >&2; exit 3")", errc::command_failed,
     "`/bin/sh -c echo oops >&2; exit 3` ended with exit code 3: oops"},
    {R"(["false"])", errc::command_failed, "`false` ended with exit code 1"},
    {R"("kill -9 $$")", errc::command_failed,
     "`/bin/sh -c kill -9 $$` was killed by signal 9 (Killed)"},
    {R"(["/no/such/program"])", errc::command_failed,
     "cannot start `/no/such/program`: No such file or directory"},
    {"[]", errc::bad_input, "the command is empty"},
    {R"({"a":1})", errc::bad_input,
     "exec takes a string, a number, or a list of them; got map<string,any>"},
    {"null", errc::bad_input,
     "exec takes a string, a number, or a list of them; got null"},
  };
  auto registry = test::builtins();
  for (const auto& [input, code, want] : rows) {
    CAF_MESSAGE(input);
    json_caller call{registry, "exec"};
    call.context.permissions = &allowed;
    auto got = call(input);
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == code);
    CAF_CHECK_EQUAL(got.error().text, want);
  }
}

CAF_TEST(only_the_end_of_a_long_complaint_is_kept) {
  auto registry = test::builtins();
  json_caller call{registry, "exec"};
  call.context.permissions = &allowed;
  auto got = call(R"("head -c 100000 /dev/zero | tr '\\0' x >&2;)"
                  R"( echo reason >&2; exit 1")");
  CAF_REQUIRE(!got.has_value());
  CAF_CHECK(got.error().text.ends_with("xxx"
                                       "reason"));
  CAF_CHECK(got.error().text.size() < 2000);
}

CAF_TEST(long_output_is_cut_with_a_mark) {
  auto registry = test::builtins();
  json_caller call{registry, "exec"};
  call.context.permissions = &allowed;
  auto got = call(R"("head -c 3000000 /dev/zero | tr '\\0' x")");
  CAF_REQUIRE(got.has_value());
  CAF_CHECK(got->find("x\\n[... 1951424 bytes cut by troupe ...]\\nx")
            != std::string::npos);
  CAF_CHECK(got->size() < limits::exec_output_bytes_max + 200);
}

CAF_TEST(it_needs_the_permission) {
  auto registry = test::builtins();
  worker_permissions denied;
  for (auto permissions :
       {&denied, static_cast<worker_permissions*>(nullptr)}) {
    json_caller call{registry, "exec"};
    call.context.permissions = permissions;
    auto got = call(R"("true")");
    CAF_REQUIRE(!got.has_value());
    CAF_CHECK(got.error().code == errc::exec_not_allowed);
  }
}

CAF_TEST(unknown_arguments_are_refused) {
  auto registry = test::builtins();
  json_caller call{registry, "exec", R"({"arg":["x"]})"};
  CAF_REQUIRE(!call.bound().has_value());
  CAF_CHECK(call.bound().error().text.find("did you mean \"argv\"")
            != std::string::npos);
}

CAF_TEST(it_stops_when_asked_to) {
  std::atomic<bool> stop{true};
  auto registry = test::builtins();
  json_caller call{registry, "exec"};
  call.context.permissions = &allowed;
  call.context.stop = &stop;
  CAF_CHECK_EQUAL(shown(call(R"("sleep 1000")")), "!`/bin/sh` was stopped");
}
