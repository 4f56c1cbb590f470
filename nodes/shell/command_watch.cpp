#include "nodes/shell/commands.hpp"
#include "nodes/shell/detach_scope.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/json_stream.hpp"
#include "nodes/shell/progress_bar.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/terminal.hpp"
#include "nodes/shell/watch_feed.hpp"
#include "nodes/shell/watch_text.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

namespace troupe::shell {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Between two looks; a terminal is drawn at each.
constexpr milliseconds look_interval{200};
/// Between two lines or documents, unless something happened.
constexpr milliseconds line_interval{1000};

/// Shows one job where stdout goes: on a terminal in place, else as lines or
/// as a JSON array that grows.
class watch_output {
public:
  watch_output(session& self, int descriptor)
    : self_(self), in_place_(!self.json() && is_terminal(descriptor)),
      descriptor_(descriptor) {
    if (self.json())
      array_.emplace(self.out());
  }

  /// @param last The job has ended, or the command does.
  void show(const watch_view& what, bool last) {
    auto now = clock::now();
    auto news = !state_ || *state_ != what.job.state || !what.failures.empty();
    if (in_place_)
      draw(what, news || last);
    else if (news || last || now - shown_at_ >= line_interval)
      print(what, now, last);
    state_ = what.job.state;
  }

  /// Says something on stderr without disturbing what is drawn.
  void say(std::string_view text) {
    erase();
    flush();
    self_.say(text);
  }

  bool is_broken() const {
    return self_.out().is_broken();
  }

private:
  /// @param news Whether a copy of the output gets a line, too.
  void draw(const watch_view& what, bool news) {
    erase();
    print_failures(what);
    auto text = render_watch(what, terminal_columns(descriptor_));
    lines_ = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
    self_.out().write(text, news ? watch_line(what) + "\n" : "");
    flush();
  }

  /// Back to the first line that is drawn, and everything from there is gone.
  void erase() {
    if (lines_ > 0)
      self_.out().write(fmt::format("\r\033[{}A\033[J", lines_), "");
    lines_ = 0;
  }

  void print(const watch_view& what, clock::time_point now, bool last) {
    if (array_) {
      array_->write(watch_json(what));
      shown_at_ = now;
      return;
    }
    print_failures(what);
    auto text = watch_line(what);
    if (text != line_ || last)
      self_.out().write(text + "\n");
    line_ = std::move(text);
    shown_at_ = now;
    flush();
  }

  void print_failures(const watch_view& what) {
    for (const auto& failure : what.failures)
      self_.out().write(failure_text(what.job.id, failure) + "\n");
    if (what.more_failures > 0)
      self_.out().write(
        fmt::format("and {} more failed\n", what.more_failures));
  }

  /// The program reports a failure of stdout when the command has ended.
  void flush() {
    static_cast<void>(self_.out().flush());
  }

  session& self_;
  bool in_place_;
  int descriptor_;
  std::optional<json_stream> array_;
  std::optional<job_state> state_;
  std::string line_;
  clock::time_point shown_at_{};
  size_t lines_ = 0;
};

class job_watcher {
public:
  job_watcher(session& self, const client& coordinator, job_status job)
    : self_(self), coordinator_(coordinator), feed_(coordinator, job),
      output_(self, self.out().descriptor()) {
    view_.job = std::move(job);
  }

  outcome<exit_code> run() {
    auto timeout = self_.call().duration("timeout").value_or(milliseconds{0});
    auto begin = clock::now();
    for (;;) {
      if (is_terminal(view_.job.state))
        return end();
      show(false);
      auto rest = std::chrono::duration_cast<milliseconds>(begin + timeout
                                                           - clock::now());
      if (self_.interrupts().flag() || output_.is_broken())
        return leave("detached", exit_code::detached);
      if (timeout.count() > 0 && rest.count() <= 0)
        return leave("--timeout is over", exit_code::timed_out);
      auto ok = look(timeout.count() > 0 ? std::min(rest, look_interval)
                                         : look_interval);
      if (!ok)
        return tl::unexpected{std::move(ok.error())};
    }
  }

private:
  /// Waits for news of the job, but not for long.
  outcome<void> look(milliseconds most) {
    wait_options how;
    how.timeout = most;
    how.interrupted = &self_.interrupts().flag();
    how.on_progress = [this](const job_status& x) { view_.job = x; };
    auto is_lost = false;
    how.on_loss = [&](const std::string& what) {
      is_lost = !what.empty();
      tell_loss(what);
    };
    auto ended = coordinator_.wait(view_.job.id, how);
    if (!is_lost) // It came back between two looks.
      tell_loss("");
    if (ended) {
      view_.job = std::move(*ended);
      return {};
    }
    auto why = from_caf(ended.error());
    if (why.code == errc::timed_out)
      return {};
    if (why.code == errc::connection_lost)
      return refuse(to_string(why));
    return refuse(ended.error());
  }

  void tell_loss(const std::string& what) {
    if (view_.lost == !what.empty())
      return;
    view_.lost = !what.empty();
    output_.say(view_.lost ? escape_text(what) + "; waiting for it"
                           : "the coordinator is back");
  }

  void show(bool last) {
    rate_.update(view_.job, clock::now());
    view_.per_second = rate_.per_second();
    view_.left = rate_.left();
    feed_.take(view_);
    output_.show(view_, last);
  }

  outcome<exit_code> end() {
    show(true);
    if (view_.job.state != job_state::succeeded)
      return refuse(failure_line(view_.job));
    self_.say(summary_line(view_.job));
    return exit_code::done;
  }

  outcome<exit_code> leave(std::string_view why, exit_code code) {
    show(true);
    return refuse(fmt::format("{}; job {} goes on: troupe watch {}", why,
                              view_.job.id, view_.job.id),
                  code);
  }

  session& self_;
  const client& coordinator_;
  watch_feed feed_;
  watch_output output_;
  watch_view view_;
  job_rate rate_;
};

} // namespace

outcome<exit_code> watch_command(session& self) {
  auto job = self.call().job();
  if (!job)
    return tl::unexpected{std::move(job.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto status = coordinator->describe(*job);
  if (!status)
    return refuse(status.error());
  detach_scope polls{self.interrupts()};
  return job_watcher{self, *coordinator, std::move(*status)}.run();
}

} // namespace troupe::shell
