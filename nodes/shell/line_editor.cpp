#include "nodes/shell/line_editor.hpp"

#include "nodes/shell/history_file.hpp"
#include "nodes/shell/screen_layout.hpp"
#include "nodes/shell/table.hpp"
#include "nodes/shell/terminal.hpp"
#include "nodes/shell/text_output.hpp"
#include "nodes/shell/wide_text.hpp"
#include "runtime/base/escape.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <histedit.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace troupe::shell {

namespace {

constexpr size_t candidates_shown_max = 200;
constexpr int rest_of_character_ms = 100;

/// Where signal handlers, which have no other way to know, write; and what they
/// saw.
std::atomic<int> signal_wake{-1};
std::atomic<bool> signal_resized{false};
std::atomic<bool> signal_ended{false};

void wake_up(int descriptor) {
  uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(descriptor, &one, sizeof(one));
}

void on_signal(int number) {
  auto kept = errno;
  (number == SIGWINCH ? signal_resized : signal_ended) = true;
  wake_up(signal_wake);
  errno = kept;
}

/// Handles the signals that concern whoever edits, for one scope.
class signal_scope {
public:
  explicit signal_scope(int wake) {
    signal_wake = wake;
    signal_ended = false;
    signal_resized = false;
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < std::size(numbers); ++i)
      ::sigaction(numbers[i], &action, &before_[i]);
  }

  ~signal_scope() {
    for (size_t i = 0; i < std::size(numbers); ++i)
      ::sigaction(numbers[i], &before_[i], nullptr);
    signal_wake = -1;
  }

  signal_scope(const signal_scope&) = delete;
  signal_scope& operator=(const signal_scope&) = delete;

private:
  static constexpr int numbers[] = {SIGWINCH, SIGTERM, SIGHUP};
  struct sigaction before_[3]{};
};

/// libedit counts columns by the locale. Without one of UTF-8 it would show
/// what is typed as numbers.
void choose_locale() {
  std::setlocale(LC_CTYPE, "");
  if (MB_CUR_MAX == 1)
    std::setlocale(LC_CTYPE, "C.UTF-8");
}

struct key_binding {
  const wchar_t* keys;
  const wchar_t* command;
};

constexpr key_binding bindings[] = {
  {L"^I", L"troupe-complete"},     {L"^C", L"troupe-cancel"},
  {L"^R", L"em-inc-search-prev"},  {L"^S", L"em-inc-search-next"},
  {L"^W", L"ed-delete-prev-word"}, {L"\\e[1~", L"ed-move-to-beg"},
  {L"\\e[4~", L"ed-move-to-end"},  {L"\\e[H", L"ed-move-to-beg"},
  {L"\\e[F", L"ed-move-to-end"},   {L"\\e[3~", L"ed-delete-next-char"},
  {L"\\e[1;5C", L"em-next-word"},  {L"\\e[1;5D", L"ed-prev-word"},
};

} // namespace

struct line_editor::impl {
  impl(int from, int to, editor_questions asked)
    : in(from), out(to), questions(std::move(asked)) {
    choose_locale();
    wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    in_file = ::fdopen(::fcntl(in, F_DUPFD_CLOEXEC, 0), "r");
    out_file = ::fdopen(::fcntl(out, F_DUPFD_CLOEXEC, 0), "w");
    history = ::history_winit();
    if (in_file != nullptr && out_file != nullptr)
      editor = ::el_init("troupe", in_file, out_file, out_file);
    if (editor == nullptr || history == nullptr)
      return;
    HistEventW event{};
    ::history_w(history, &event, H_SETSIZE,
                static_cast<int>(history_lines_max));
    set_up();
  }

  ~impl() {
    if (editor != nullptr)
      ::el_end(editor);
    if (history != nullptr)
      ::history_wend(history);
    for (auto* file : {in_file, out_file})
      if (file != nullptr)
        std::fclose(file);
    ::close(wake);
  }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  static impl& of(EditLine* line) {
    void* data = nullptr;
    ::el_wget(line, EL_CLIENTDATA, &data);
    return *static_cast<impl*>(data);
  }

  void set_up() {
    ::el_wset(editor, EL_CLIENTDATA, this);
    ::el_wset(editor, EL_EDITOR, L"emacs");
    ::el_wset(editor, EL_HIST, ::history_w, history);
    ::el_wset(editor, EL_PROMPT_ESC, &impl::show_prompt, invisible_mark);
    ::el_wset(editor, EL_GETCFN, &impl::read_character);
    ::el_wset(editor, EL_ADDFN, L"troupe-complete", L"Complete the word",
              &impl::complete);
    ::el_wset(editor, EL_ADDFN, L"troupe-cancel", L"Forget the line",
              &impl::cancel);
    for (auto [keys, command] : bindings)
      ::el_wset(editor, EL_BIND, keys, command, nullptr);
    // Ctrl-C, Ctrl-S and Ctrl-R are keys like any others.
    ::el_wset(editor, EL_SETTY, L"-d", L"-isig", L"-ixon", nullptr);
    ::el_source(editor, nullptr);
  }

  // What libedit calls -------------------------------------------------------

  static wchar_t* show_prompt(EditLine* line) {
    auto& self = of(line);
    // It must live until the next call.
    self.prompt = widen(self.questions.prompt ? self.questions.prompt() : "> ");
    return self.prompt.data();
  }

  static int read_character(EditLine* line, wchar_t* into) {
    return of(line).read_one(*into);
  }

  static unsigned char complete(EditLine* line, int) {
    return of(line).complete_word();
  }

  static unsigned char cancel(EditLine* line, int) {
    auto& self = of(line);
    self.cancelled = true;
    self.leave_line();
    return CC_NEWLINE;
  }

  // Characters ---------------------------------------------------------------

  /// @returns 1, or 0 when there are no more.
  int read_one(wchar_t& into) {
    for (;;) {
      if (signal_ended)
        return 0;
      if (!bytes.empty() && take_character(into))
        return 1;
      auto wait = bytes.empty() ? -1 : rest_of_character_ms;
      pollfd wanted[] = {{in, POLLIN, 0}, {wake, POLLIN, 0}};
      auto ready = ::poll(wanted, 2, wait);
      if (ready < 0 && errno != EINTR)
        return 0;
      if (ready == 0) { // The rest of the character does not come.
        into = widen(bytes).front();
        bytes.erase(0, 1);
        return 1;
      }
      if (ready > 0 && wanted[1].revents != 0)
        serve_wake();
      // One byte at a time: the rest is for commands that read.
      char byte = 0;
      if (ready <= 0 || wanted[0].revents == 0)
        continue;
      auto got = ::read(in, &byte, 1);
      if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
        return 0;
      if (got == 1)
        bytes += byte;
    }
  }

  /// Takes a character from the bytes, unless its rest may still come.
  bool take_character(wchar_t& into) {
    auto lead = static_cast<unsigned char>(bytes.front());
    size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead >= 0xC0 && bytes.size() < length
        && (bytes.size() == 1 || (bytes.back() & 0xC0) == 0x80))
      return false;
    auto text = widen(bytes);
    into = text.front();
    bytes.erase(0, narrow(text.substr(0, 1)).size());
    return true;
  }

  // The screen ---------------------------------------------------------------

  void serve_wake() {
    uint64_t count = 0;
    [[maybe_unused]] auto got = ::read(wake, &count, sizeof(count));
    auto resized = signal_resized.exchange(false);
    if (resized)
      ::el_resize(editor);
    auto lines =
      questions.notices ? questions.notices() : std::vector<std::string>{};
    std::string text;
    for (const auto& line : lines)
      text += escape_text(line) + "\n";
    auto next = questions.prompt ? widen(questions.prompt()) : prompt;
    if (!text.empty() || resized || next != prompt)
      print_above(text);
  }

  /// Erases the prompt and the line, prints, and draws them again.
  void print_above(std::string_view text) {
    std::fflush(out_file);
    const auto* line = ::el_wline(editor);
    std::wstring_view before{line->buffer,
                             static_cast<size_t>(line->cursor - line->buffer)};
    auto row = cursor_row(prompt, before, terminal_columns_now());
    std::string code = "\r";
    if (is_dumb())
      code += "\n";
    else
      code +=
        row > 0 ? fmt::format("\033[{}A\033[J", row) : std::string{"\033[J"};
    // In raw mode a new line does not go to its beginning by itself.
    for (auto c : text)
      code += c == '\n' ? std::string{"\r\n"} : std::string{c};
    static_cast<void>(write_fully(out, code));
    ::el_wset(editor, EL_REFRESH);
    std::fflush(out_file);
  }

  /// Goes to the row below the line, which stays readable.
  void leave_line() {
    std::fflush(out_file);
    const auto* line = ::el_wline(editor);
    std::wstring_view all{line->buffer,
                          static_cast<size_t>(line->lastchar - line->buffer)};
    auto before =
      all.substr(0, static_cast<size_t>(line->cursor - line->buffer));
    auto columns = terminal_columns_now();
    std::string code;
    for (auto rows = cursor_row(prompt, all, columns)
                     - cursor_row(prompt, before, columns) + 1;
         rows > 0; --rows)
      code += "\r\n";
    static_cast<void>(write_fully(out, code));
  }

  static bool is_dumb() {
    const auto* name = std::getenv("TERM");
    return name == nullptr || std::string_view{name} == "dumb";
  }

  /// As libedit counts.
  size_t terminal_columns_now() const {
    int columns = 0;
    if (::el_wget(editor, EL_GETTC, L"co", &columns, nullptr) == 0
        && columns > 0)
      return static_cast<size_t>(columns);
    return terminal_columns(out);
  }

  unsigned char complete_word() {
    if (!questions.complete)
      return CC_ERROR;
    const auto* now = ::el_wline(editor);
    std::wstring_view all{now->buffer,
                          static_cast<size_t>(now->lastchar - now->buffer)};
    auto before =
      narrow(all.substr(0, static_cast<size_t>(now->cursor - now->buffer)));
    auto what = questions.complete(narrow(all), before.size());
    if (what.candidates.empty())
      return CC_REFRESH_BEEP;
    auto text = insertion(what);
    if (text.empty()) {
      print_above(in_columns(what.candidates, terminal_columns_now(),
                             candidates_shown_max));
      return CC_NORM;
    }
    auto typed = widen(std::string_view{before}.substr(what.begin)).size();
    ::el_wdeletestr(editor, static_cast<int>(typed));
    return ::el_winsertstr(editor, widen(text).c_str()) == 0 ? CC_REFRESH
                                                             : CC_ERROR;
  }

  int in = -1;
  int out = -1;
  editor_questions questions;
  int wake = -1; ///< An eventfd.
  std::FILE* in_file = nullptr;
  std::FILE* out_file = nullptr;
  HistoryW* history = nullptr;
  EditLine* editor = nullptr;
  std::wstring prompt; ///< As it was drawn.
  std::string bytes;   ///< Read, but no whole character.
  bool cancelled = false;
};

line_editor::line_editor(int in, int out, editor_questions questions)
  : impl_(std::make_unique<impl>(in, out, std::move(questions))) {
  // nop
}

line_editor::~line_editor() = default;

edited_line line_editor::read() {
  if (impl_->editor == nullptr)
    return {edited_line::ending::leave, ""};
  signal_scope signals{impl_->wake};
  // Before the prompt is shown: whoever sees it may type any key.
  ::el_wset(impl_->editor, EL_PREP_TERM, 1);
  wake();
  impl_->cancelled = false;
  int length = 0;
  const auto* text = ::el_wgets(impl_->editor, &length);
  std::fflush(impl_->out_file);
  if (impl_->cancelled)
    return {edited_line::ending::cancelled, ""};
  if (text == nullptr || length <= 0) {
    static_cast<void>(write_fully(impl_->out, "\n"));
    return {edited_line::ending::leave, ""};
  }
  auto line = narrow({text, static_cast<size_t>(length)});
  while (line.ends_with('\n') || line.ends_with('\r'))
    line.pop_back();
  return {edited_line::ending::line, std::move(line)};
}

void line_editor::wake() {
  wake_up(impl_->wake);
}

void line_editor::remember(std::string_view line) {
  HistEventW event{};
  if (impl_->history != nullptr && line.find('\0') == std::string_view::npos)
    ::history_w(impl_->history, &event, H_ENTER, widen(line).c_str());
}

std::string in_columns(const std::vector<std::string>& texts, size_t width,
                       size_t most) {
  std::vector<std::string> shown;
  size_t widest = 1;
  for (const auto& text : texts) {
    if (shown.size() == most)
      break;
    shown.push_back(escape_text(text));
    widest = std::max(widest, display_columns(shown.back()));
  }
  auto columns = std::max<size_t>(1, (width + 2) / (widest + 2));
  auto rows = (shown.size() + columns - 1) / columns;
  std::string out;
  for (size_t row = 0; row < rows; ++row) {
    for (auto i = row; i < shown.size(); i += rows) {
      out += shown[i];
      if (i + rows < shown.size())
        out.append(widest + 2 - display_columns(shown[i]), ' ');
    }
    out += '\n';
  }
  if (shown.size() < texts.size())
    out += fmt::format("... and {} more\n", texts.size() - shown.size());
  return out;
}

} // namespace troupe::shell
