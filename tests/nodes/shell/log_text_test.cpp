#define CAF_SUITE log_text

#include "nodes/shell/log_text.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;

namespace {

constexpr const char* document =
  R"({"role": "worker", "kept": true, "pid": 42, "next": 9, "lost": 3, )"
  R"("more": true, "records": [{"seq": 9, "time_us": 1787056496789012, )"
  R"("level": "warn", "component": "uplink", "text": "it\nbroke", )"
  R"("fields": {"why": "no route"}}]})";

} // namespace

CAF_TEST(a_page_is_read_and_shown_as_the_node_writes_it) {
  auto page = parse_log_page(document);
  CAF_REQUIRE(page.has_value());
  CAF_CHECK(page->kept && page->more);
  CAF_CHECK_EQUAL(page->pid, 42);
  CAF_CHECK_EQUAL(page->next, 9u);
  CAF_CHECK_EQUAL(page->lost, 3u);
  CAF_REQUIRE_EQUAL(page->records.size(), 1u);
  const auto& line = page->records.front();
  CAF_CHECK_EQUAL(log_line("w1", line),
                  "2026-08-18T12:34:56.789Z warn  w1 uplink: it\\nbroke "
                  "why=\"no route\"\n");
  auto from = nlohmann::json::parse(log_json("w1", line));
  CAF_CHECK_EQUAL(from.dump(),
                  R"({"component":"uplink","fields":{"why":"no route"},)"
                  R"("level":"warn","node":"w1","seq":9,"text":"it\nbroke",)"
                  R"("time_us":1787056496789012})");
}

CAF_TEST(a_node_may_keep_none) {
  auto page = parse_log_page(R"({"role": "worker", "kept": false})");
  CAF_REQUIRE(page.has_value());
  CAF_CHECK(!page->kept);
}

CAF_TEST(answers_that_are_none_are_refused) {
  const std::string deep(300, '[');
  for (const std::string& text :
       {std::string{}, std::string{"[]"}, std::string{"{}"},
        std::string{R"({"kept": true})"},
        std::string{R"({"kept": true, "pid": 1, "next": 1, "lost": 0, )"
                    R"("more": false, "records": [{}]})"},
        deep}) {
    auto page = parse_log_page(text);
    CAF_REQUIRE(!page.has_value());
    CAF_CHECK(page.error().code == errc::protocol_violation);
  }
}
