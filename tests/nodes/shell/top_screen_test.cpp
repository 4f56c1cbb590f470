#define CAF_SUITE top_screen

#include "nodes/shell/top_screen.hpp"
#include "tests/nodes/shell/cluster_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace troupe;
using namespace troupe::shell;
using namespace troupe::shell::samples;
using namespace std::chrono_literals;

namespace {

struct fixture {
  fixture() {
    screen.update(busy_view(), now);
  }

  /// Returns the picture; `>` is in front of the selected row.
  std::string picture(size_t columns, size_t rows) {
    std::string out;
    for (const auto& line : screen.render(columns, rows))
      out += (line.selected ? ">" : "|") + line.text + "\n";
    return out;
  }

  std::string line(size_t at, size_t columns = 80) {
    return screen.render(columns, 24).at(at).text;
  }

  std::string selected() {
    for (const auto& x : screen.render(80, 24))
      if (x.selected)
        return x.text.substr(0, x.text.find("  "));
    return "-";
  }

  bool press(const std::string& letters) {
    auto goes_on = true;
    for (auto c : letters)
      goes_on = screen.press({key_kind::character, c});
    return goes_on;
  }

  bool press(key_kind what) {
    return screen.press({what});
  }

  time_point now{};
  top_screen screen;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(top_screen_tests, fixture)

CAF_TEST(a_usual_terminal_has_it_all) {
  CAF_CHECK_EQUAL(
    picture(80, 24),
    "|2 of 3 nodes up, 1 job with tasks to do; default at 127.0.0.1:7400\n"
    "|slots 7/12 busy  queue 1,204 ready, 13 leased, 2 backoff, oldest 12.0 s\n"
    "|rate 1,024/s, 0.25/s failed  run p50 1.2 ms p90 3 ms p99 9 ms\n"
    "|node \"w2\" is suspect: silent for 1.20 s\n"
    "|[nodes] jobs  by name\n"
    "|NAME   STATE    SLOTS  BUSY  QUEUED  OLDEST  ZOMBIES     UP  LABELS\n"
    ">alpha  up           4     3       0       -        0  1m30s\n"
    "|w1     up           4     4       6  30.0 s        0  1m30s\n"
    "|w2     suspect      4     0       0       -        0  1m30s\n"
    "|\n|\n|\n|\n|\n|\n|\n|\n|\n|\n|\n|\n|\n|\n"
    "|q quit  ? help  Tab switch  Enter look into  s sort  p pause\n");
}

CAF_TEST(a_tiny_terminal_has_what_matters_most) {
  CAF_CHECK_EQUAL(picture(40, 10),
                  "|2 of 3 nodes up, 1 job with tasks to ...\n"
                  "|slots 7/12 busy  queue 1,204 ready, 1...\n"
                  "|rate 1,024/s, 0.25/s failed  run p50 ...\n"
                  "|node \"w2\" is suspect: silent for 1.20 s\n"
                  "|[nodes] jobs  by name\n"
                  "|NAME   STATE    SLOTS  BUSY  QUEUED\n"
                  ">alpha  up           4     3       0\n"
                  "|w1     up           4     4       6\n"
                  "|w2     suspect      4     0       0\n"
                  "|q quit  ? help  Tab switch  Enter loo...\n");
}

CAF_TEST(no_picture_is_larger_than_its_terminal) {
  press("2");
  for (size_t rows : {0, 1, 2, 4, 5, 7, 10, 24, 60})
    for (size_t columns : {1, 10, 20, 40, 80, 200}) {
      auto lines = screen.render(columns, rows);
      CAF_CHECK_EQUAL(lines.size(), rows);
      for (const auto& x : lines)
        CAF_CHECK(display_columns(x.text) <= columns);
    }
}

CAF_TEST(a_large_terminal_shows_all_columns_of_jobs) {
  press("2");
  auto lines = screen.render(200, 60);
  CAF_CHECK_EQUAL(lines.size(), 60u);
  CAF_CHECK_EQUAL(lines.at(5).text, "JOB  STATE       DONE  TASKS  RATE  "
                                    "RUNNING  DEAD    TIME  FUNCTION  NAME");
  CAF_CHECK_EQUAL(lines.at(6).text,
                  "  9  running     40 %    100     -        7     0  2.50 s  "
                  "spin");
}

CAF_TEST(rows_are_selected_with_keys) {
  CAF_CHECK_EQUAL(selected(), "alpha");
  press("j");
  CAF_CHECK_EQUAL(selected(), "w1");
  press(key_kind::down);
  press(key_kind::down);
  CAF_CHECK_EQUAL(selected(), "w2");
  press("k");
  press(key_kind::up);
  press(key_kind::up);
  CAF_CHECK_EQUAL(selected(), "alpha");
  press(key_kind::end);
  CAF_CHECK_EQUAL(selected(), "w2");
  press(key_kind::page_up);
  CAF_CHECK_EQUAL(selected(), "alpha");
}

CAF_TEST(the_selection_stays_with_its_row) {
  press("j");
  auto view = busy_view();
  view.nodes.insert(view.nodes.begin(), node_of("aaa"));
  screen.update(view, now + 1s);
  CAF_CHECK_EQUAL(selected(), "w1");
  view.nodes = {node_of("b")};
  screen.update(view, now + 2s);
  CAF_CHECK_EQUAL(selected(), "b");
  view.nodes.clear();
  screen.update(view, now + 3s);
  CAF_CHECK_EQUAL(selected(), "-");
  press("j");
  press(key_kind::enter);
  CAF_CHECK(!screen.subject());
}

CAF_TEST(the_selected_row_is_on_the_screen) {
  auto view = busy_view();
  for (int i = 10; i < 60; ++i)
    view.nodes.push_back(node_of("x" + std::to_string(i)));
  screen.update(view, now + 1s);
  press(key_kind::end);
  CAF_CHECK(picture(80, 10).find("\n>x59 ") != std::string::npos);
  CAF_CHECK(picture(80, 10).find("\n|x57 ") != std::string::npos);
  press(key_kind::home);
  CAF_CHECK(picture(80, 10).find("\n>alpha ") != std::string::npos);
}

CAF_TEST(columns_are_sorted_by_and_turned_around) {
  CAF_CHECK(screen.sort_by("busy"));
  CAF_CHECK_EQUAL(line(4), "[nodes] jobs  by busy");
  CAF_CHECK(line(6).starts_with("w1 "));
  press("r");
  CAF_CHECK_EQUAL(line(4), "[nodes] jobs  by busy, reversed");
  CAF_CHECK(line(6).starts_with("w2 "));
  press("s");
  CAF_CHECK_EQUAL(line(4), "[nodes] jobs  by queued");
  for (size_t i = 0; i < screen.sort_names().size(); ++i)
    press("s");
  CAF_CHECK_EQUAL(line(4), "[nodes] jobs  by queued");
  CAF_MESSAGE("each table has its own order");
  press(key_kind::tab);
  CAF_CHECK_EQUAL(line(4), "nodes [jobs]  by job");
  CAF_CHECK(!screen.sort_by("busy"));
  CAF_CHECK(screen.sort_by("done"));
  CAF_CHECK(line(6).find(" 8 ") == 1);
}

CAF_TEST(jobs_have_rates_when_they_were_seen_twice) {
  press("2");
  auto view = busy_view();
  view.jobs[0].succeeded += 30;
  screen.update(view, now + 2s);
  CAF_CHECK(line(6).find(" 15.0/s ") != std::string::npos);
  CAF_MESSAGE("of another job with that number nothing is known");
  view.jobs[0].succeeded = 1;
  screen.update(view, now + 3s);
  CAF_CHECK(line(6).find("/s") == std::string::npos);
}

CAF_TEST(enter_looks_into_a_row_and_escape_goes_back) {
  press("j");
  press(key_kind::enter);
  CAF_REQUIRE(screen.subject().has_value());
  auto about = *screen.subject();
  CAF_CHECK_EQUAL(about.node, "w1");
  CAF_CHECK_EQUAL(line(4), "...");
  screen.update({top_view::nodes, "w2", 0}, {"of another"});
  CAF_CHECK_EQUAL(line(4), "...");
  screen.update(about, {"one", "two", "three"});
  CAF_CHECK_EQUAL(line(4), "one");
  press("j");
  CAF_CHECK_EQUAL(line(4), "two");
  press("jjjj");
  CAF_CHECK_EQUAL(line(4), "three");
  CAF_CHECK_EQUAL(line(23), "Esc back  j k scroll  p pause  q quit");
  press(key_kind::tab);
  CAF_CHECK(screen.subject().has_value());
  press(key_kind::escape);
  CAF_CHECK(!screen.subject());
  CAF_CHECK_EQUAL(selected(), "w1");
  press("2");
  press(key_kind::enter);
  CAF_CHECK_EQUAL(screen.subject()->job, 9u);
}

CAF_TEST(a_pause_keeps_the_picture) {
  press("p");
  auto before = picture(80, 24);
  CAF_CHECK_EQUAL(line(3), "paused: p goes on");
  screen.update(idle_view(), now + 1s);
  CAF_CHECK_EQUAL(picture(80, 24), before);
  press(key_kind::enter);
  screen.update(*screen.subject(), {"first"});
  CAF_CHECK_EQUAL(line(4), "first");
  screen.update(*screen.subject(), {"second"});
  CAF_CHECK_EQUAL(line(4), "first");
  press(key_kind::escape);
  press("p");
  screen.update(idle_view(), now + 2s);
  CAF_CHECK_EQUAL(line(3), "");
}

CAF_TEST(a_loss_is_shown_until_it_is_over) {
  screen.set_lost("cannot connect");
  CAF_CHECK_EQUAL(line(3), "LOST: cannot connect");
  CAF_CHECK_EQUAL(selected(), "alpha");
  screen.set_lost("");
  CAF_CHECK(line(3).starts_with("node \"w2\""));
  top_screen fresh;
  auto shown = fresh.render(80, 24);
  CAF_CHECK_EQUAL(shown.at(1).text, "connecting ...");
  fresh.set_lost("cannot connect");
  shown = fresh.render(80, 24);
  CAF_CHECK_EQUAL(shown.at(1).text, "cannot connect");
  CAF_CHECK(fresh.press({key_kind::enter}) && !fresh.subject());
}

CAF_TEST(an_answer_that_does_not_come_is_told_after_two_seconds) {
  screen.set_waited(1'999ms);
  CAF_CHECK(line(3).starts_with("node \"w2\""));
  screen.set_waited(3'200ms);
  CAF_CHECK_EQUAL(line(3), "NO ANSWER for 3 s: what is shown is from before");
  screen.set_lost("cannot connect");
  CAF_CHECK_EQUAL(line(3), "LOST: cannot connect");
}

CAF_TEST(what_was_cancelled_is_not_done) {
  cluster_view view;
  view.jobs.emplace_back();
  view.jobs.back().state = job_state::cancelled;
  view.jobs.back().tasks = 40;
  view.jobs.back().cancelled = 40;
  screen.update(view, now + 1s);
  screen.show(top_view::jobs);
  CAF_CHECK(line(6).find("cancelled   0 %") != std::string::npos);
}

CAF_TEST(several_warnings_are_counted) {
  auto view = busy_view();
  view.nodes[1].zombies = 1;
  screen.update(view, now + 1s);
  CAF_CHECK(line(3).starts_with("1 of 2 warnings: node \"w2\""));
}

CAF_TEST(help_lies_above_all_else) {
  press(key_kind::enter);
  press("?");
  CAF_CHECK(picture(80, 24).find("|Enter             look into")
            != std::string::npos);
  press(key_kind::escape);
  CAF_CHECK(screen.subject().has_value());
  press("??");
  CAF_CHECK(screen.subject().has_value());
}

CAF_TEST(some_keys_end_it) {
  CAF_CHECK(!press("q"));
  CAF_CHECK(!press(key_kind::interrupt));
  CAF_CHECK(press("xyz"));
  CAF_CHECK(press(key_kind::unknown));
}

CAF_TEST(names_from_elsewhere_cannot_steer_the_terminal) {
  auto view = busy_view();
  view.cluster = "a\033[2J";
  view.nodes[0].name = "x\033[2J\ny";
  view.jobs[0].function = "\007";
  view.jobs[0].reason = "\033";
  view.jobs[0].running = 0;
  screen.update(view, now + 1s);
  for (const auto* keys : {"", "2"}) {
    press(keys);
    auto text = picture(200, 24);
    CAF_CHECK(text.find('\033') == std::string::npos);
    CAF_CHECK(text.find('\007') == std::string::npos);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
