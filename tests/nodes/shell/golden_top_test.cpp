#define CAF_SUITE golden_top

#include "nodes/shell/top_details.hpp"
#include "nodes/shell/top_screen.hpp"
#include "tests/nodes/shell/golden_samples.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace troupe;
using namespace troupe::shell;
using namespace troupe::shell::samples;

namespace {

constexpr size_t screen_rows = 24;
constexpr time_point start{};

golden file(const std::string& name) {
  return {TROUPE_SOURCE_DIR "/tests/nodes/shell/golden/", name};
}

/// A screen that has seen a cluster twice, two seconds after one another.
top_screen seen_twice(top_view view) {
  top_screen out;
  out.show(view);
  auto before = hard_view();
  before.jobs[1].succeeded -= 2'469'136;
  out.update(before, start);
  out.update(hard_view(), start + std::chrono::seconds{2});
  return out;
}

/// As `top --once` prints it.
std::string once(const top_screen& from, size_t columns) {
  auto lines = from.render(columns, screen_rows);
  lines.pop_back();
  while (!lines.empty() && lines.back().text.empty())
    lines.pop_back();
  std::string out;
  for (const auto& line : lines)
    out += line.text + "\n";
  return out;
}

/// All of it; marks the selected row and tones.
std::string picture(const top_screen& from, size_t columns = 80,
                    size_t rows = screen_rows) {
  std::string out;
  for (const auto& line : from.render(columns, rows)) {
    constexpr std::string_view tones[] = {"", "good", "bad", "dim"};
    out += fmt::format("{}{:<4}|{}|\n", line.selected ? '>' : ' ',
                       tones[static_cast<size_t>(line.meaning)], line.text);
  }
  return out;
}

/// The rows below the head, and what they are sorted by.
std::string listing(const top_screen& from) {
  std::string out;
  auto lines = from.render(90, screen_rows);
  for (size_t i = 4; i + 1 < lines.size(); ++i)
    if (!lines[i].text.empty())
      out += lines[i].text + "\n";
  return out;
}

void press(top_screen& on, std::string_view letters) {
  for (auto c : letters)
    on.press({key_kind::character, c});
}

task_group group(index_range range, task_state state) {
  task_group x;
  x.range = range;
  x.state = state;
  return x;
}

} // namespace

CAF_TEST(one_screen) {
  auto kept = file("top_once");
  add_widths(kept, "nodes", [](size_t columns) {
    return once(seen_twice(top_view::nodes), columns);
  });
  add_widths(kept, "jobs", [](size_t columns) {
    return once(seen_twice(top_view::jobs), columns);
  });
  add_widths(kept, "jobs seen once", [](size_t columns) {
    top_screen out;
    out.show(top_view::jobs);
    out.update(busy_view(), start);
    return once(out, columns);
  });
  add_widths(kept, "nothing at all", [](size_t columns) {
    top_screen out;
    out.update({}, start);
    return once(out, columns);
  });
  kept.check();
}

CAF_TEST(orders) {
  auto kept = file("top_orders");
  for (auto view : {top_view::nodes, top_view::jobs}) {
    auto screen = seen_twice(view);
    for (const auto& name : screen.sort_names()) {
      CAF_CHECK(screen.sort_by(name));
      kept.add(name, listing(screen));
    }
    press(screen, "r");
    kept.add("turned around", listing(screen));
  }
  kept.check();
}

CAF_TEST(pictures) {
  auto kept = file("top_keys");
  top_screen screen;
  kept.add("at first", picture(screen, 40, 6));
  screen.set_lost("cannot connect to 127.0.0.1:7400");
  kept.add("never connected", picture(screen, 40, 6));
  screen = seen_twice(top_view::nodes);
  press(screen, "jj");
  kept.add("the third row is selected", picture(screen));
  kept.add("a tiny terminal", picture(screen, 40, 9));
  press(screen, "p");
  kept.add("paused", picture(screen, 80, 9));
  screen.set_lost("the coordinator does not answer");
  kept.add("lost", picture(screen, 80, 9));
  press(screen, "?");
  kept.add("help", picture(screen));
  press(screen, "?jjjj");
  screen.set_lost("");
  press(screen, "p");
  screen.press({key_kind::enter});
  kept.add("looking, nothing came", picture(screen, 80, 9));
  screen.update(*screen.subject(), {"node   w1", "state  up", "", "a table"});
  kept.add("looking", picture(screen, 80, 9));
  kept.check();
}

CAF_TEST(what_enter_shows_of_a_job) {
  std::vector<job_share> shares = {
    {long_name, 1'234'567, 1'000'000'000, 12, 400 * day_us},
    {steering_name, 0, 0, 0, 0},
    {foreign_name, 1, 1, 1, 850}};
  auto leased = group({0, 4096}, task_state::leased);
  leased.node = long_name;
  leased.attempt = 2;
  leased.age_us = 1'500'000;
  auto running = group({4096, 4097}, task_state::leased);
  running.node = steering_name;
  running.running = true;
  auto waits = group({999'999'990, 1'000'000'000}, task_state::backoff);
  waits.attempt = 4'294'967'295;
  waits.retry_in_us = 850;
  auto kept = file("top_job");
  add_widths(kept, "shares", share_table(shares));
  add_widths(kept, "groups", group_table({leased, running, waits}));
  kept.check();
}
