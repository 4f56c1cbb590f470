#define CAF_SUITE builtin_basic

#include "tests/runtime/function/call_function.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>

using namespace troupe;
using test::json_caller;
using test::shown;

CAF_TEST(simple_functions_do_what_the_table_says) {
  struct row {
    const char* name;
    const char* input;
    uint32_t attempt;
    const char* want;
  };
  const row rows[] = {
    {"noop", R"({"any":["thing"]})", 1, "null"},
    {"echo", R"({"a":[1,2.5,"x\udcff",null,true]})", 1,
     R"({"a":[1,2.5,"x\udcff",null,true]})"},
    {"sleep", "0", 1, "0"},
    {"sleep", "2", 1, "2"},
    {"sleep", "2592000001", 1,
     "!sleep takes at most 2592000000 ms, got 2592000001"},
    {"sleep", "-1", 1, "!expected uint, got -1"},
    {"fail", "0", 1, "1"},
    {"fail", "2", 3, "3"},
    {"fail", "2", 2,
     "!attempt 2 of task 9 failed as it was told to (until attempt 2)"},
  };
  auto registry = test::builtins();
  for (const auto& [name, input, attempt, want] : rows) {
    CAF_MESSAGE(name);
    json_caller call{registry, name};
    call.context.index = 9;
    call.context.attempt = attempt;
    CAF_CHECK_EQUAL(shown(call(input)), want);
  }
}

CAF_TEST(echo_returns_the_very_bytes_and_refuses_broken_ones) {
  auto registry = test::builtins();
  auto body = registry.find("echo")->bind("");
  CAF_REQUIRE(body.has_value());
  std::string input;
  std::string output;
  encode_any(std::vector<int>{1, 2}, input);
  CAF_CHECK((*body)(task_context{}, input, output).has_value());
  CAF_CHECK_EQUAL(output, input);
  auto broken = (*body)(task_context{}, "x", output);
  CAF_REQUIRE(!broken.has_value());
  CAF_CHECK(broken.error().code == errc::bad_input);
}

CAF_TEST(a_sleeper_that_is_asked_to_stop_does_not_sleep_on) {
  using clock = std::chrono::steady_clock;
  std::atomic<bool> stop{true};
  auto registry = test::builtins();
  json_caller call{registry, "sleep"};
  call.context.stop = &stop;
  auto begin = clock::now();
  CAF_CHECK_EQUAL(shown(call("600000")), "!the attempt was stopped");
  CAF_CHECK(clock::now() - begin < std::chrono::seconds{10});
}
