#define CAF_SUITE line_editor

#include "nodes/shell/line_editor.hpp"

#include <caf/test/unit_test.hpp>

#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace troupe::shell;

// What a screen looks like is part of tests/system/terminal_test.py.
namespace {

constexpr int patience_ms = 20'000;

/// A terminal, and somebody who types when something is shown.
class typist {
public:
  typist() {
    ::setenv("TERM", "xterm", 1);
    ::setenv("EDITRC", "/dev/null", 1);
    winsize size{24, 80, 0, 0};
    if (::openpty(&screen_, &terminal_, nullptr, nullptr, &size) != 0)
      screen_ = terminal_ = -1;
  }

  ~typist() {
    if (thread_.joinable())
      thread_.join();
    ::close(screen_);
    ::close(terminal_);
  }

  int terminal() const {
    return terminal_;
  }

  struct step {
    std::string await; ///< Behind what was shown at the last step.
    std::string keys;
    std::function<void()> run;
  };

  void type(std::vector<step> steps) {
    if (thread_.joinable())
      thread_.join();
    thread_ = std::thread{[this, steps = std::move(steps)] {
      for (const auto& next : steps) {
        if (!await(next.await))
          return ::abort(); // The reader would wait for ever.
        if (next.run)
          next.run();
        [[maybe_unused]] auto written =
          ::write(screen_, next.keys.data(), next.keys.size());
      }
    }};
  }

  /// Returns all that was shown.
  std::string shown() {
    if (thread_.joinable())
      thread_.join();
    read_more(0);
    return shown_;
  }

private:
  bool await(const std::string& text) {
    for (;;) {
      auto at = shown_.find(text, seen_);
      if (at != std::string::npos) {
        seen_ = at + text.size();
        return true;
      }
      if (!read_more(patience_ms))
        return false;
    }
  }

  bool read_more(int timeout_ms) {
    pollfd wanted{screen_, POLLIN, 0};
    char buffer[4096];
    if (::poll(&wanted, 1, timeout_ms) != 1)
      return false;
    auto got = ::read(screen_, buffer, sizeof(buffer));
    if (got > 0)
      shown_.append(buffer, static_cast<size_t>(got));
    return got > 0;
  }

  int screen_ = -1;
  int terminal_ = -1;
  std::string shown_;
  size_t seen_ = 0;
  std::thread thread_;
};

editor_questions some_questions() {
  editor_questions out;
  out.complete = [](std::string_view line, size_t cursor) {
    line_completion what;
    what.begin = line.substr(0, cursor).rfind(' ') + 1;
    what.word = line.substr(what.begin, cursor - what.begin);
    for (std::string word : {"jobs", "job", "nodes", "öl"})
      if (word.starts_with(what.word))
        what.candidates.push_back(word);
    return what;
  };
  return out;
}

struct fixture {
  editor_questions questions() {
    auto out = some_questions();
    out.prompt = [this] { return prompt; };
    return out;
  }

  /// The first step begins when the prompt is there. libedit may write a prompt
  /// again at any time, so each read has another one.
  edited_line read(line_editor& editor, std::vector<typist::step> steps) {
    prompt = std::to_string(++reads) + "> ";
    steps.front().await = prompt;
    keys.type(std::move(steps));
    return editor.read();
  }

  /// Reads what becomes of one line of keys.
  std::string line(const std::string& typed) {
    line_editor editor{keys.terminal(), keys.terminal(), questions()};
    for (const auto* old : {"first", "second one", "third"})
      editor.remember(old);
    return read(editor, {{"", typed, nullptr}}).text;
  }

  typist keys;
  std::string prompt;
  int reads = 0;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(line_editor_tests, fixture)

CAF_TEST(a_line_is_edited_with_the_usual_keys) {
  struct row {
    const char* keys;
    const char* want;
  };
  const row rows[] = {
    {"jobs\r", "jobs"},
    {"\r", ""},
    {"jos\x02"
     "b\r",
     "jobs"}, // Ctrl-B
    {"obs\x01"
     "j\r",
     "jobs"},                      // Ctrl-A
    {"jobs --all\x17\r", "jobs "}, // Ctrl-W
    {"jobs\x15nodes\r", "nodes"},  // Ctrl-U
    {"jobx\x7fs\r", "jobs"},       // Backspace
    {"öl ä€😀\x7f\r", "öl ä€"},
    {"a\xff\r", "a\xff"},             // Not UTF-8
    {"\x10\r", "third"},              // Ctrl-P
    {"\x1b[A\x1b[A\r", "second one"}, // Up
    {"\x12rst\r", "first"},           // Ctrl-R
    {"nod\t\r", "nodes "},
    {"wait no\t\r", "wait nodes "},
    {"j\t\r", "job"},
    {"\xc3\xb6\t\r", "öl "},
    {"zz\t\r", "zz"},
  };
  for (const auto& [typed, want] : rows) {
    CAF_MESSAGE(typed);
    CAF_CHECK(line(typed) == want);
  }
}

CAF_TEST(what_is_certain_is_inserted_and_the_rest_listed) {
  line_editor editor{keys.terminal(), keys.terminal(), questions()};
  auto got =
    read(editor, {{"", "job\t", nullptr}, {"jobs  job", "s\r", nullptr}});
  CAF_CHECK(got.text == "jobs");
}

CAF_TEST(ctrl_c_gives_a_new_line_and_ctrl_d_leaves) {
  line_editor editor{keys.terminal(), keys.terminal(), questions()};
  auto got = read(editor, {{"", "half\x03", nullptr}});
  CAF_CHECK(got.end == edited_line::ending::cancelled);
  got = read(editor, {{"", "\x03", nullptr}}); // Nothing was typed.
  CAF_CHECK(got.end == edited_line::ending::cancelled);
  // The terminal itself makes two characters of "\n".
  CAF_CHECK(keys.shown().find("half\r\r\n") != std::string::npos);
  got = read(editor, {{"", "jobs\r", nullptr}});
  CAF_CHECK(got.end == edited_line::ending::line);
  CAF_CHECK(got.text == "jobs");
  got = read(editor, {{"", "\x04", nullptr}});
  CAF_CHECK(got.end == edited_line::ending::leave);
}

CAF_TEST(notices_come_above_the_prompt_and_the_line_stays) {
  std::mutex mutex;
  std::vector<std::string> waiting;
  auto asked = questions();
  asked.notices = [&] {
    std::unique_lock guard{mutex};
    return std::exchange(waiting, {});
  };
  asked.prompt = [&] {
    std::unique_lock guard{mutex};
    return prompt;
  };
  line_editor editor{keys.terminal(), keys.terminal(), asked};
  auto notice = [&] {
    {
      std::unique_lock guard{mutex};
      waiting = {"job 7 \x1b[2J ended", "node w1 is down"};
      prompt = "(1 node down)> ";
    }
    editor.wake();
  };
  auto got = read(editor, {{"", "half a", nullptr},
                           {"half a", "", notice},
                           {"job 7 \\x1b[2J ended", "", nullptr},
                           {"node w1 is down", "", nullptr},
                           {"(1 node down)> half a", " line\r", nullptr}});
  CAF_CHECK(got.text == "half a line");
}

CAF_TEST(a_terminal_that_is_gone_ends_it) {
  int screen = -1;
  int terminal = -1;
  CAF_REQUIRE(::openpty(&screen, &terminal, nullptr, nullptr, nullptr) == 0);
  line_editor editor{terminal, terminal, questions()};
  ::close(screen);
  CAF_CHECK(editor.read().end == edited_line::ending::leave);
  ::close(terminal);
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(texts_stand_in_columns) {
  CAF_CHECK(in_columns({"a", "bbb", "c", "d", "e"}, 13, 100)
            == "a    c    e\nbbb  d\n");
  CAF_CHECK(in_columns({"a", "b", "c"}, 80, 2) == "a  b\n... and 1 more\n");
  CAF_CHECK(in_columns({"long one", "b"}, 4, 9) == "long one\nb\n");
  CAF_CHECK(in_columns({}, 80, 9) == "");
}
