#include "nodes/shell/background_call.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/follow_watch.hpp"
#include "nodes/shell/json_stream.hpp"
#include "nodes/shell/log_text.hpp"
#include "nodes/shell/node_question.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace troupe::shell {

namespace {

constexpr uint64_t limit_default = 50;
constexpr std::chrono::milliseconds poll_interval{250};

/// Reads the log of one node, page after page, and shows it.
class log_reader {
public:
  log_reader(session& self, client from)
    : self_(self), from_(std::move(from)),
      node_(self.call().positional().front()),
      level_(self.call().text("level").value_or("trace")) {
    // nop
  }

  /// Shows the last lines.
  outcome<void> begin(uint64_t limit) {
    auto last = limit == 0 ? uint64_t{limits::log_lines_kept} : limit;
    auto never = [] { return false; };
    auto page = ask(fmt::format(R"("last": {})", last), never);
    if (!page)
      return refuse(page.error());
    if (!page->kept)
      return refuse(fmt::format("{} keeps no log: a program embeds it, which "
                                "logs on its own",
                                escape_text(node_)));
    pid_ = page->pid;
    if (self_.json()) // Not before: what is refused prints nothing.
      stream_.emplace(self_.out());
    show(*page);
    // What comes meanwhile has no end, perhaps.
    while (page->more && shown_ < last) {
      page = ask(behind(), never);
      if (!page)
        return refuse(page.error());
      show(*page);
    }
    return {};
  }

  /// Shows what is new, until the watch is over.
  void follow(follow_watch& watch) {
    auto more = false;
    while (more ? !watch.is_over() : watch.pause(poll_interval)) {
      more = false;
      auto page = ask(behind(), [&watch] { return watch.is_over(); });
      if (watch.is_over())
        return;
      if (!page) {
        watch.lost(to_string(from_caf(page.error())));
        continue;
      }
      watch.found();
      if (is_other_process(*page)) {
        more = true; // Ask anew, from its first line on.
        continue;
      }
      if (page->lost > 0)
        self_.say(fmt::format("{} lines of {} are lost: they came too fast",
                              format_count(page->lost), escape_text(node_)));
      show(*page);
      more = page->more;
    }
  }

  void close() {
    if (stream_)
      stream_->close();
  }

private:
  std::string behind() const {
    return fmt::format(R"("after": {})", next_);
  }

  bool is_other_process(const log_page& page) {
    if (page.pid == pid_)
      return false;
    self_.say(fmt::format("{} was started anew", escape_text(node_)));
    pid_ = page.pid;
    next_ = 0;
    return true;
  }

  template <class Stop>
  caf::expected<log_page> ask(const std::string& where, Stop stop) {
    auto text = fmt::format(R"({{{}, "level": "{}"}})", where, level_);
    auto answer = call_unless(stop, [from = from_, node = node_, text] {
      return ask_about(from, node, "log", text);
    });
    if (!answer)
      return to_caf({errc::timed_out, "interrupted"});
    if (!*answer)
      return std::move(answer->error());
    auto page = parse_log_page(**answer);
    if (!page)
      return to_caf(page.error());
    return std::move(*page);
  }

  void show(const log_page& page) {
    for (const auto& x : page.records) {
      if (stream_)
        stream_->write(log_json(node_, x));
      else
        self_.out().write(log_line(node_, x));
    }
    next_ = page.next;
    shown_ += page.records.size();
    // The program reports a failure of stdout when the command has ended.
    static_cast<void>(self_.out().flush());
  }

  session& self_;
  client from_;
  std::string node_;
  std::string level_;
  std::optional<json_stream> stream_;
  int64_t pid_ = 0;
  uint64_t next_ = 0;
  uint64_t shown_ = 0;
};

} // namespace

outcome<exit_code> log_command(session& self) {
  const auto& call = self.call();
  auto level = parse_log_level(call.text("level").value_or("trace"));
  if (!level || *level == log_level::off)
    return refuse_usage(fmt::format("--level: {} is none of trace, debug, "
                                    "info, warn and error",
                                    quote_text(*call.text("level"))));
  if (call.has("timeout") && !call.has("follow"))
    return refuse_usage("--timeout goes with --follow");
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  if (auto node = find_node(*coordinator, call.positional().front()); !node)
    return tl::unexpected{std::move(node.error())};
  log_reader log{self, std::move(*coordinator)};
  std::optional<follow_watch> watch;
  if (call.has("follow")) // Ctrl-C closes what `begin` opens.
    watch.emplace(self);
  if (auto ok = log.begin(call.count("limit").value_or(limit_default)); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (!watch)
    return exit_code::done;
  log.follow(*watch);
  log.close();
  return watch->ending();
}

} // namespace troupe::shell
