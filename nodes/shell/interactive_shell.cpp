#include "nodes/shell/interactive_shell.hpp"

#include "nodes/shell/cluster_watch.hpp"
#include "nodes/shell/command_process.hpp"
#include "nodes/shell/contexts.hpp"
#include "nodes/shell/history_file.hpp"
#include "nodes/shell/interpreter.hpp"
#include "nodes/shell/interrupt.hpp"
#include "nodes/shell/line_completion.hpp"
#include "nodes/shell/line_editor.hpp"
#include "nodes/shell/live_values.hpp"
#include "nodes/shell/matching_paths.hpp"
#include "nodes/shell/printable_text.hpp"
#include "nodes/shell/script_help.hpp"
#include "nodes/shell/script_program.hpp"
#include "nodes/shell/shell_target.hpp"
#include "nodes/shell/terminal.hpp"
#include "nodes/shell/text_output.hpp"
#include "nodes/shell/user_folders.hpp"
#include "nodes/shell/value_cache.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

namespace troupe::shell {

namespace {

using words = std::vector<std::string>;

/// So long the first prompt waits, so that its first line says what is there.
constexpr std::chrono::milliseconds opening_patience{1000};

constexpr std::string_view prompt_help =
  "\nAt the prompt also: exit or quit (or Ctrl-D), history, set events "
  "off|jobs|all,\nconnect HOST:PORT. Tab completes, Ctrl-R searches what was "
  "typed, Ctrl-C ends a\ncommand. A line that begins with a blank is not "
  "remembered.\n";

/// The watch of the cluster that is talked to, for several threads.
class watch_slot {
public:
  std::shared_ptr<cluster_watch> get() const {
    std::unique_lock guard{mutex_};
    return watch_;
  }

  void put(std::shared_ptr<cluster_watch> next) {
    std::unique_lock guard{mutex_};
    watch_.swap(next);
    guard.unlock(); // The old one ends without the lock.
  }

private:
  mutable std::mutex mutex_;
  std::shared_ptr<cluster_watch> watch_;
};

class interactive_shell : private command_runner {
public:
  interactive_shell(shell_target target, const surroundings& where)
    : where_(where), target_(std::move(target)), color_(wants_color(where.out)),
      commands_({}, where.out), interpreter_(*this, abilities()),
      watch_(std::make_shared<watch_slot>()),
      values_([slot = watch_](value_kind kind) {
        auto watch = slot->get();
        auto coordinator = watch ? watch->connection() : std::nullopt;
        return coordinator ? live_values(*coordinator, kind) : words{};
      }),
      editor_(where.in, where.out, questions()) {
    load_history();
  }

  exit_code run() {
    start_watch();
    print(opening_text(watch_->get()->wait_for_answer(opening_patience)));
    while (!left_) {
      auto line = editor_.read();
      switch (line.end) {
        case edited_line::ending::leave: left_ = true; break;
        case edited_line::ending::cancelled: pending_.clear(); break;
        case edited_line::ending::line: take(line.text); break;
      }
    }
    watch_->get()->stop(); // Its callback needs the editor.
    return code_;
  }

private:
  // Output -------------------------------------------------------------------

  void print(std::string_view text) const {
    static_cast<void>(write_fully(where_.out, fmt::format("{}\n", text)));
  }

  void say(std::string_view text) const {
    write_sentence(where_.err, text);
  }

  // The editor's questions ---------------------------------------------------

  editor_questions questions() {
    editor_questions out;
    out.prompt = [this] {
      auto state = watch_->get()->state();
      return pending_.empty() ? prompt_text(state, color_)
                              : continued_prompt(state);
    };
    out.complete = [this](std::string_view line, size_t cursor) {
      return complete_line(line, cursor, sources());
    };
    out.notices = [this] { return watch_->get()->take_notices(); };
    return out;
  }

  completion_sources sources() {
    completion_sources out;
    out.values = [this](value_kind kind) {
      return kind == value_kind::context ? context_names() : values_.get(kind);
    };
    out.files = matching_paths;
    out.words = script_keywords();
    out.words.insert(out.words.end(), prompt_words().begin(),
                     prompt_words().end());
    for (const auto& item : interpreter_.variables())
      out.variables.push_back(item.first);
    return out;
  }

  static words context_names() {
    words out;
    if (auto path = contexts_path())
      if (auto all = load_contexts(*path))
        for (const auto& item : all->items)
          out.push_back(item.first);
    return out;
  }

  // The cluster --------------------------------------------------------------

  void start_watch() {
    if (auto before = watch_->get())
      before->stop();
    cluster_watch::options out;
    out.connect = [target = target_,
                   connect = where_.connect]() -> outcome<client> {
      auto none = [](std::string_view) { return std::nullopt; };
      auto call = invocation::parse(target.command({"nodes"}), none);
      if (!call)
        return tl::unexpected{std::move(call.error())};
      return connect(*call);
    };
    out.changed = [this] { editor_.wake(); };
    out.begin.where = target_.where;
    out.begin.cluster = target_.cluster;
    auto watch = std::make_shared<cluster_watch>(std::move(out));
    watch->tell(told_);
    watch_->put(std::move(watch));
    values_.forget();
  }

  // Lines --------------------------------------------------------------------

  void load_history() {
    auto path = state_path("history");
    if (path) {
      history_ = history_file{*path};
      if (auto ok = history_.load(); !ok)
        say(to_string(ok.error()));
    }
    for (const auto& line : history_.lines())
      editor_.remember(line);
  }

  void take(const std::string& line) {
    auto kept = history_.add(line);
    if (!kept && std::exchange(history_works_, false))
      say(to_string(kept.error()));
    if (!kept || *kept)
      editor_.remember(line);
    if (pending_.empty() && run_own(line))
      return;
    pending_ += line + "\n";
    if (!interpreter::is_complete(pending_))
      return;
    static_cast<void>(wait_for_interrupt(std::chrono::milliseconds{0}));
    auto ended = interpreter_.run(std::exchange(pending_, {}), "prompt");
    if (!ended && !ended.error().text.empty())
      say(ended.error().text);
    left_ = interpreter_.left();
    if (left_ && ended)
      code_ = *ended;
  }

  /// Runs what is no statement of scripts. @returns whether it was that.
  bool run_own(const std::string& line) {
    auto typed = split_words(line);
    std::erase_if(typed, [](const auto& word) { return word.text.empty(); });
    if (typed.size() != 1)
      return false;
    if (typed.front().text == "history")
      print_history();
    else if (typed.front().text == "quit")
      left_ = true;
    else
      return false;
    return true;
  }

  void print_history() const {
    size_t number = 0;
    std::string out;
    for (const auto& line : history_.lines())
      out += fmt::format("{:5}  {}\n", ++number, escape_text(line));
    static_cast<void>(write_fully(where_.out, out));
  }

  // What the language asks ----------------------------------------------------

  interpreter_options abilities() {
    interpreter_options out;
    out.say = [this](std::string_view text) { say(text); };
    out.print = [this](std::string_view text) {
      return print_text(where_.out, text);
    };
    out.pause = [](std::chrono::milliseconds time) {
      return !wait_for_interrupt(time);
    };
    out.interrupted = [] {
      return wait_for_interrupt(std::chrono::milliseconds{0});
    };
    out.set_events = [this](std::string_view value) {
      return set_events(value);
    };
    out.interactive = true;
    return out;
  }

  outcome<void> set_events(std::string_view value) {
    const auto& names = told_events_names;
    auto found = std::find(names.begin(), names.end(), value);
    if (found == names.end())
      return refuse_usage(fmt::format(
        "set events takes off, jobs or all, but not {}", quote_text(value)));
    told_ = static_cast<told_events>(found - names.begin());
    watch_->get()->tell(told_);
    return {};
  }

  // Commands -----------------------------------------------------------------

  command_end run(const std::vector<std::string>& args, bool show) override {
    // `set json on` puts its option in front.
    auto name = std::find_if(args.begin(), args.end(),
                             [](const auto& word) { return word != "--json"; });
    auto ended = name != args.end() && *name == "connect"
                   ? connect(args, show)
                   : commands_.run(target_.command(args), show);
    if (show && ended.code == 0 && args == words{"help"})
      static_cast<void>(write_fully(where_.out, prompt_help));
    watch_->get()->look();
    return ended;
  }

  command_end connect(const words& args, bool show) {
    auto call = invocation::parse(args, where_.variable);
    // What is wrong with it the command says.
    auto only_here =
      call && call->positional().size() == 1
      && call->positional().front().find(':') != std::string::npos
      && !call->has("remove") && !call->has("help");
    command_end ended;
    if (!only_here) {
      auto words_of_all = target_.others;
      words_of_all.insert(words_of_all.end(), args.begin(), args.end());
      ended = commands_.run(words_of_all, show);
    }
    if (!call || call->has("help") || ended.code != 0)
      return ended;
    auto next = switched_target(*call, target_);
    if (!next) {
      say(next.error().text);
      return {static_cast<int>(next.error().code), {}};
    }
    if (*next) {
      target_ = std::move(**next);
      start_watch();
      say(switch_text(watch_->get()->wait_for_answer(opening_patience)));
    }
    return ended;
  }

  const surroundings& where_;
  shell_target target_;
  bool color_ = false;
  bool left_ = false;
  exit_code code_ = exit_code::done; ///< What `exit` says.
  bool history_works_ = true;
  told_events told_ = told_events::all;
  std::string pending_; ///< Lines that are not complete yet.
  history_file history_;
  command_process commands_;
  interpreter interpreter_;
  std::shared_ptr<watch_slot> watch_;
  value_cache values_;
  line_editor editor_;
};

} // namespace

exit_code run_interactive(const invocation& call, const surroundings& where) {
  auto target = target_of(call);
  if (!target) {
    write_sentence(where.err, target.error().text);
    return target.error().code;
  }
  return interactive_shell{std::move(*target), where}.run();
}

} // namespace troupe::shell
