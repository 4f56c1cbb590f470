#include "nodes/shell/cluster_view.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/detach_scope.hpp"
#include "nodes/shell/full_screen.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/shell_target.hpp"
#include "nodes/shell/status_text.hpp"
#include "nodes/shell/terminal.hpp"
#include "nodes/shell/top_feed.hpp"
#include "nodes/shell/top_screen.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace troupe::shell {

namespace {

constexpr std::chrono::milliseconds refresh_interval{1000};
constexpr std::chrono::milliseconds key_wait{50};

using clock = std::chrono::steady_clock;

/// Makes the screen as the options want it at first.
outcome<top_screen> make_screen(const invocation& call) {
  top_screen out;
  if (auto name = call.text("view")) {
    auto view = parse_top_view(*name);
    if (!view)
      return refuse_usage(
        fmt::format("--view: {} is neither nodes nor jobs", quote_text(*name)));
    out.show(*view);
  }
  auto key = call.text("sort");
  if (key && !out.sort_by(*key))
    return refuse_usage(fmt::format("--sort: {} is none of {}",
                                    quote_text(*key),
                                    fmt::join(out.sort_names(), ", ")));
  return out;
}

std::string top_json(const cluster_view& view) {
  std::vector<std::string> nodes;
  for (const auto& x : view.nodes)
    nodes.push_back(node_json(x));
  std::vector<std::string> jobs;
  for (const auto& x : view.jobs)
    jobs.push_back(job_json(x));
  return fmt::format("{{\"status\": {},\n \"nodes\": {},\n \"jobs\": {}}}\n",
                     status_json(view), json_array(nodes), json_array(jobs));
}

outcome<exit_code> show_once(session& self, top_screen& screen,
                             const client& from, const context& target) {
  auto view = view_cluster(from, target);
  if (!view)
    return refuse(view.error());
  if (self.json()) {
    self.out().write(top_json(*view));
    return exit_code::done;
  }
  screen.update(std::move(*view), clock::now());
  auto size = size_of_terminal(self.out_descriptor());
  auto lines = screen.render(size.columns, size.rows);
  lines.pop_back(); // There are no keys to press.
  while (!lines.empty() && lines.back().text.empty())
    lines.pop_back();
  for (const auto& line : lines)
    self.out().write(line.text + "\n");
  return exit_code::done;
}

/// Goes on until a key or Ctrl-C ends it.
exit_code show_live(session& self, top_screen& screen, const client& from,
                    context target) {
  detach_scope polls{self.interrupts()}; // Longer than the terminal is ours.
  top_feed feed{from, std::move(target), refresh_interval};
  full_screen terminal{STDIN_FILENO, self.out_descriptor()};
  auto goes_on = true;
  while (goes_on && !self.interrupts().flag() && !terminal.is_closed()) {
    auto size = terminal.size();
    auto news = feed.take();
    if (news.lost)
      screen.set_lost(*news.lost);
    screen.set_waited(news.waited);
    if (news.view)
      screen.update(std::move(*news.view), clock::now());
    if (news.about)
      screen.update(*news.about, std::move(news.details));
    terminal.draw(screen.render(size.columns, size.rows));
    for (const auto& key : terminal.read(key_wait))
      goes_on = goes_on && screen.press(key);
    feed.look_into(screen.subject(), size.columns);
  }
  return exit_code::done;
}

} // namespace

outcome<exit_code> top_command(session& self) {
  auto screen = make_screen(self.call());
  if (!screen)
    return tl::unexpected{std::move(screen.error())};
  auto target = context_of(self.call());
  if (!target)
    return tl::unexpected{std::move(target.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto is_live = !self.call().has("once") && !self.json()
                 && full_screen::check(STDIN_FILENO, self.out_descriptor());
  if (!is_live)
    return show_once(self, *screen, *coordinator, *target);
  return show_live(self, *screen, *coordinator, std::move(*target));
}

} // namespace troupe::shell
