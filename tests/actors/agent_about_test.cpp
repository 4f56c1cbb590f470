#define CAF_SUITE agent_about

#include "actors/agent_about.hpp"
#include "runtime/wire/event_json.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include <memory>
#include <string>

using namespace troupe;
using json = nlohmann::json;

namespace {

struct fixture {
  fixture() {
    about.role = "worker";
    about.log = log;
    about.config = {{"worker.slots", "0", "default", "8"},
                    {"node.name", "a\"b", "f.conf:3"}};
    about.listen = [] { return std::string{"127.0.0.1:7400"}; };
  }

  result<std::string> ask(const std::string& topic, std::string text = {}) {
    auto answer = answer_about(about, system, {"n", topic, "", text});
    CAF_REQUIRE(answer.has_value());
    return std::move(*answer);
  }

  json answer(const std::string& topic, std::string text = {}) {
    auto got = ask(topic, std::move(text));
    CAF_REQUIRE(got.has_value());
    CAF_CHECK(got->size() <= limits::node_answer_bytes_max / 2);
    return json::parse(*got);
  }

  void say(std::string_view text, log_level level = log_level::info) {
    const log_field fields[] = {{"why", "no"}};
    log->push(5, {level, "part", text, fields});
  }

  caf::actor_system_config config;
  caf::actor_system system{config};
  std::shared_ptr<log_ring> log = std::make_shared<log_ring>();
  agent_about about;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(agent_about_tests, fixture)

CAF_TEST(other_topics_are_for_others) {
  CAF_CHECK(!answer_about(about, system, {"n", "actors", "", ""}));
}

CAF_TEST(tells_of_its_process) {
  auto node = answer("node");
  CAF_CHECK_EQUAL(node.at("role"), "worker");
  CAF_CHECK_EQUAL(node.at("pid"), ::getpid());
  CAF_CHECK_EQUAL(node.at("listen"), "127.0.0.1:7400");
  CAF_CHECK_EQUAL(node.at("caf"), "0.17.6");
  CAF_CHECK(node.at("memory_bytes").get<uint64_t>() > 0);
  CAF_CHECK(node.contains("actors") && node.contains("open_files_max"));
  about.listen = nullptr;
  node = answer("node");
  CAF_CHECK_EQUAL(node.at("listen"), "-");
}

CAF_TEST(tells_its_options) {
  CAF_CHECK_EQUAL(answer("config").dump(),
                  R"({"role":"worker","values":[{"key":"worker.slots",)"
                  R"("means":"8","origin":"default","value":"0"},)"
                  R"({"key":"node.name","means":"","origin":"f.conf:3",)"
                  R"("value":"a\"b"}]})");
  about.config.clear();
  CAF_CHECK(answer("config").at("values").empty());
  CAF_MESSAGE("long values are cut, so that all fit into one answer");
  about.config.assign(30, {"k", std::string(4000, '\001'), "default"});
  auto cut = answer("config").at("values").at(0).at("value");
  CAF_CHECK(cut.get<std::string>().ends_with("... (3488 bytes cut)"));
}

CAF_TEST(tells_its_log_in_pages) {
  for (const auto* x : {"a", "b", "c"})
    say(x);
  auto page = answer("log", R"({"most": 2})");
  CAF_CHECK_EQUAL(page.at("records").size(), 2u);
  CAF_CHECK_EQUAL(page.at("more"), true);
  CAF_CHECK_EQUAL(page.at("records").at(0).dump(),
                  R"({"component":"part","fields":{"why":"no"},)"
                  R"("level":"info","seq":1,"text":"a","time_us":5})");
  page = answer("log", R"({"after": 2})");
  CAF_CHECK_EQUAL(page.at("records").at(0).at("text"), "c");
  CAF_CHECK_EQUAL(page.at("more"), false);
  CAF_CHECK_EQUAL(page.at("next"), 3);
  CAF_CHECK_EQUAL(page.at("pid"), ::getpid());
}

CAF_TEST(tells_the_last_lines_of_a_level) {
  for (int i = 0; i < 10; ++i)
    say(std::to_string(i), i % 2 == 0 ? log_level::warn : log_level::info);
  auto page = answer("log", R"({"last": 2, "level": "warn"})");
  CAF_REQUIRE_EQUAL(page.at("records").size(), 2u);
  CAF_CHECK_EQUAL(page.at("records").at(0).at("text"), "6");
  CAF_CHECK_EQUAL(page.at("records").at(1).at("text"), "8");
  CAF_CHECK_EQUAL(page.at("lost"), 0);
}

CAF_TEST(no_answer_is_too_large) {
  for (int i = 0; i < 100; ++i)
    say(std::string(log_ring::record_bytes_max, '\001'));
  CAF_CHECK(answer("log").at("more").get<bool>());
}

CAF_TEST(a_node_without_a_ring_says_so) {
  about.log = nullptr;
  CAF_CHECK_EQUAL(answer("log").dump(), R"({"kept":false,"role":"worker"})");
}

CAF_TEST(only_a_coordinator_keeps_events) {
  auto none = ask("events");
  CAF_REQUIRE(!none.has_value());
  CAF_CHECK(none.error().code == errc::unknown_child);
  auto kept = std::make_shared<event_ring>(77);
  event x;
  x.kind = event_kind::node_joined;
  x.node = "w1";
  kept->push(x);
  kept->push(x);
  about.events = kept;
  auto got = ask("events", R"({"after": 1})");
  CAF_REQUIRE(got.has_value());
  auto page = parse_kept_events(*got);
  CAF_REQUIRE(page.has_value());
  CAF_CHECK_EQUAL(page->id, 77u);
  CAF_CHECK_EQUAL(page->last, 2u);
  CAF_CHECK_EQUAL(page->next, 2u);
  CAF_REQUIRE_EQUAL(page->events.size(), 1u);
  CAF_CHECK_EQUAL(page->events.front().node, "w1");
}

CAF_TEST(a_question_that_cannot_be_read_is_refused) {
  const std::string texts[] = {"x",
                               "7",
                               R"({"after": -1})",
                               R"({"after": "x"})",
                               R"({"most": 0})",
                               R"({"most": 1001})",
                               R"({"level": "loud"})",
                               R"({"level": "off"})",
                               R"({"last": "x"})",
                               std::string(1000, '[')};
  for (const auto& text : texts) {
    CAF_MESSAGE(text);
    auto got = ask("log", text);
    CAF_CHECK(!got.has_value() && got.error().code == errc::bad_usage);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
