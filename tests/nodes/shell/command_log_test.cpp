#define CAF_SUITE command_log

#include "tests/nodes/shell/command_fixture.hpp"
#include "tests/nodes/shell/node_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <thread>

using namespace troupe;
using namespace troupe::shell;

namespace {

class log_fixture : public node_fixture {
public:
  void say(std::string_view text, log_level level = log_level::info) {
    lines->push(1'787'056'496'789'012, {level, "part", text, {}});
  }
};

size_t count_of(const std::string& text, std::string_view part) {
  size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(command_log_tests, log_fixture)

CAF_TEST(shows_the_last_lines) {
  CAF_REQUIRE(started());
  for (int i = 0; i < 200; ++i)
    say("number " + std::to_string(i));
  auto ended = run({"log", "alpha"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with(
    "2026-08-18T12:34:56.789Z info  alpha part: number 150\n"));
  CAF_CHECK_EQUAL(count_of(ended.out, "\n"), 50u);
  CAF_CHECK_EQUAL(run({"log", "alpha", "--limit", "1"}).out,
                  "2026-08-18T12:34:56.789Z info  alpha part: number 199\n");
  CAF_CHECK_EQUAL(count_of(run({"log", "alpha", "--limit", "0"}).out, "\n"),
                  200u);
}

CAF_TEST(shows_only_what_matters) {
  CAF_REQUIRE(started());
  say("a", log_level::debug);
  say("b", log_level::warn);
  say("c");
  auto ended = run({"log", "alpha", "--level", "warn", "--json"});
  auto from = nlohmann::json::parse(ended.out);
  CAF_REQUIRE_EQUAL(from.size(), 1u);
  CAF_CHECK_EQUAL(from.at(0).at("text"), "b");
  CAF_CHECK_EQUAL(from.at(0).at("seq"), 2);
}

CAF_TEST(follows_what_is_logged_until_its_time_is_over) {
  CAF_REQUIRE(started());
  say("before");
  std::thread speaker{[this] {
    for (int i = 0; i < 300; ++i)
      say("later");
  }};
  auto ended = run({"log", "alpha", "--follow", "--timeout", "1s", "--json"});
  speaker.join();
  CAF_CHECK(ended.code == exit_code::timed_out);
  auto from = nlohmann::json::parse(ended.out);
  uint64_t next = from.at(0).at("seq");
  for (const auto& x : from)
    CAF_CHECK_EQUAL(x.at("seq").get<uint64_t>(), next++);
  CAF_CHECK_EQUAL(next, 302u);
}

CAF_TEST(wrong_uses_are_refused) {
  CAF_CHECK(run({"log", "alpha", "--level", "loud"}).code == exit_code::usage);
  CAF_CHECK(run({"log", "alpha", "--timeout", "1s"}).code == exit_code::usage);
  CAF_CHECK(run({"log", "beta"}).says("there is no node \"beta\""));
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(a_node_that_a_program_embeds_keeps_none) {
  command_fixture local;
  auto ended = local.run({"log", "local"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("local keeps no log"));
}
