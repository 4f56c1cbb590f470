#define CAF_SUITE watch_text

#include "nodes/shell/table.hpp"
#include "nodes/shell/watch_text.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

using namespace troupe;
using namespace troupe::shell;

namespace {

watch_view sample() {
  watch_view out;
  out.job.id = 7;
  out.job.name = "prim\nes";
  out.job.function = "count_primes";
  out.job.state = job_state::running;
  out.job.tasks = 1000;
  out.job.succeeded = 417;
  out.job.dead = 3;
  out.job.running = 24;
  out.job.attempts = 425;
  out.job.seconds_us = 34'000'000;
  out.per_second = 12.34;
  out.left = std::chrono::seconds{47};
  out.nodes = {{{"alpha", 16, 300, 0, 1'500'000}, 8.2},
               {{"beta", 8, 117, 5, 700'000}, 4.1}};
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  return out;
}

} // namespace

CAF_TEST(a_wide_terminal_shows_everything) {
  CAF_CHECK_EQUAL(
    render_watch(sample(), 100),
    "job 7  running  count_primes  prim\\nes  34.0 s\n"
    "[===================>                           ]  41%  417/1,000 done  3 "
    "dead  47.0 s left  12.3/s\n"
    "alpha  [============      ]  300 done  16 leased  8.2/s\n"
    "beta   [=====             ]  117 done  8 leased  5 failed  4.1/s\n");
}

CAF_TEST(a_narrow_terminal_shows_what_matters_most) {
  CAF_CHECK_EQUAL(render_watch(sample(), 40),
                  "job 7  running  count_primes  prim\\n...\n"
                  "[===>    ]  41%  417/1,000 done  3 dead\n"
                  "alpha  [=====   ]  300 done  16 leased\n"
                  "beta   [==      ]  117 done  8 leased\n");
}

CAF_TEST(no_line_is_as_wide_as_the_terminal) {
  auto view = sample();
  view.job.reason = std::string(300, 'r');
  view.job.name = std::string(300, 'n');
  for (int i = 0; i < 30; ++i)
    view.nodes.push_back(
      {{std::string(static_cast<size_t>(i) * 3 + 1, 'x'), 1, 2, 3, 4}, 1e9});
  for (size_t columns = 1; columns < 200; ++columns)
    for (const auto& line : lines_of(render_watch(view, columns)))
      if (display_columns(line) >= columns && columns > 1)
        CAF_ERROR(columns << " columns: " << line);
}

CAF_TEST(of_many_nodes_the_busiest_are_shown) {
  auto view = sample();
  for (int i = 0; i < 20; ++i)
    view.nodes.push_back({{"idle" + std::to_string(i), 0, 0, 0, 0}, 0});
  auto lines = lines_of(render_watch(view, 80));
  CAF_CHECK_EQUAL(lines.size(), 2u + 12u + 1u);
  CAF_CHECK(lines[2].starts_with("alpha "));
  CAF_CHECK_EQUAL(lines.back(), "and 10 more nodes");
}

CAF_TEST(what_was_not_seen_of_a_job_that_ended_is_said) {
  auto view = sample();
  view.job.state = job_state::succeeded;
  view.job.succeeded = 1000;
  auto lines = lines_of(render_watch(view, 80));
  CAF_CHECK_EQUAL(lines.back(), "where the last 583 tasks ran was not seen");
  view.job.succeeded = 417;
  lines = lines_of(render_watch(view, 80));
  CAF_CHECK(lines.back().starts_with("beta "));
  CAF_CHECK(lines.back().find("leased") == std::string::npos);
}

CAF_TEST(why_nothing_moves_is_shown) {
  auto view = sample();
  view.job.reason = "no worker\nis there";
  CAF_CHECK(render_watch(view, 80).find("no worker\\nis there\n")
            != std::string::npos);
  view.lost = true;
  auto text = render_watch(view, 80);
  CAF_CHECK(text.find("the coordinator is lost") != std::string::npos);
  CAF_CHECK(text.find("no worker") == std::string::npos);
}

CAF_TEST(a_line_says_how_far_the_job_is) {
  CAF_CHECK_EQUAL(
    watch_line(sample()),
    "job 7  running  41%  417/1,000 done  3 dead  47.0 s left  12.3/s");
  auto open = sample();
  open.job.state = job_state::open;
  CAF_CHECK_EQUAL(watch_line(open),
                  "job 7  open  417 of 1,000 so far  3 dead  12.3/s");
}

CAF_TEST(a_failure_says_where_and_why) {
  CAF_CHECK_EQUAL(failure_text(7, {17, false, "be\nta", "bad\tinput"}),
                  "task 7/17 failed on be\\nta: bad\\tinput");
  CAF_CHECK_EQUAL(failure_text(7, {17, true, "", "why"}),
                  "task 7/17 was given up: why");
}

CAF_TEST(the_json_has_the_promised_keys) {
  auto view = sample();
  view.nodes.resize(1);
  view.failures = {{17, false, "alpha", "a \"reason\""}};
  view.more_failures = 4;
  CAF_CHECK_EQUAL(
    watch_json(view),
    R"({"job": 7, "name": "prim\nes", "function": "count_primes", )"
    R"("state": "running", "tasks": 1000, "succeeded": 417, "dead": 3, )"
    R"("cancelled": 0, "attempts": 425, "seconds": 34, "running": 24, )"
    R"("per_second": 12.340, "left_seconds": 47, "nodes": [{"node": "alpha", )"
    R"("leased": 16, "succeeded": 300, "failed": 0, "busy_seconds": 1.5, )"
    R"("per_second": 8.200}], "failures": [{"index": 17, "dead": false, )"
    R"("node": "alpha", "text": "a \"reason\""}], "more_failures": 4})");
  CAF_CHECK(watch_json({}).find(R"("left_seconds": null, "nodes": [], )")
            != std::string::npos);
}
