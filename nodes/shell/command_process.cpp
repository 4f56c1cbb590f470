#include "nodes/shell/command_process.hpp"

#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/surroundings.hpp"
#include "nodes/shell/terminal.hpp"
#include "nodes/shell/text_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

extern char** environ;

namespace troupe::shell {

namespace {

constexpr int code_failed = static_cast<int>(exit_code::failed);
constexpr int code_detached = static_cast<int>(exit_code::detached);

/// A stopped command is noticed after this; its end is noticed at once.
constexpr int look_ms = 50;

/// A file descriptor that is closed at the end.
class descriptor {
public:
  explicit descriptor(int number = -1) : number_(number) {
    // nop
  }

  ~descriptor() {
    close();
  }

  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  void close() {
    if (number_ >= 0)
      ::close(number_);
    number_ = -1;
  }

  void reset(int number) {
    close();
    number_ = number;
  }

  int get() const {
    return number_;
  }

private:
  int number_;
};

/// Takes the foreground of the terminal for a group of processes. Whoever does
/// that from the background is stopped by a signal, so that is held back.
void put_in_front(pid_t group) {
  sigset_t output;
  sigset_t before;
  sigemptyset(&output);
  sigaddset(&output, SIGTTOU);
  ::pthread_sigmask(SIG_BLOCK, &output, &before);
  ::tcsetpgrp(STDIN_FILENO, group);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

/// The terminal's modes and foreground group, put back at the end.
class terminal_scope {
public:
  /// @param out Where the command writes: with a pipe, whoever reads from it
  ///            may need the terminal, as in `troupe -f x | less`.
  explicit terminal_scope(int out)
    : active_(is_terminal(STDIN_FILENO) && is_terminal(out)) {
    if (!active_)
      return;
    group_ = ::tcgetpgrp(STDIN_FILENO);
    // We are not the one in front: somebody else rules the terminal.
    active_ = group_ == ::getpgrp() && ::tcgetattr(STDIN_FILENO, &modes_) == 0;
  }

  ~terminal_scope() {
    if (!active_)
      return;
    put_in_front(group_);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes_);
  }

  terminal_scope(const terminal_scope&) = delete;
  terminal_scope& operator=(const terminal_scope&) = delete;

  bool active() const {
    return active_;
  }

  pid_t group() const {
    return group_;
  }

private:
  bool active_ = false;
  pid_t group_ = -1;
  termios modes_{};
};

/// What the child needs, prepared before the fork: behind it, only functions
/// that a signal handler may call are allowed.
struct start_plan {
  const char* program = nullptr;
  char* const* argv = nullptr;
  char* const* environment = nullptr;
  pid_t parent = -1;
  int output = -1; ///< Becomes its stdout.
  int copy = -1;   ///< Stays open.
  int report = -1; ///< Gets the errno if it cannot become the program.
  bool own_group = false;
  bool in_front = false;
};

[[noreturn]] void become(const start_plan& plan) {
  constexpr int not_started = 127;
  if (plan.own_group)
    ::setpgid(0, 0);
  if (plan.in_front)
    put_in_front(::getpid());
  // A caller that is killed takes its command along.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != plan.parent)
    ::_exit(not_started);
  for (auto number : {SIGINT, SIGPIPE, SIGTERM, SIGHUP, SIGTTOU, SIGTSTP})
    ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (plan.output >= 0)
    ::dup2(plan.output, STDOUT_FILENO);
  if (plan.copy >= 0)
    ::fcntl(plan.copy, F_SETFD, 0);
  ::execve(plan.program, plan.argv, plan.environment);
  auto reason = errno;
  [[maybe_unused]] auto told = ::write(plan.report, &reason, sizeof(reason));
  ::_exit(not_started);
}

/// One run of a command, from its start to its end.
class command_run {
public:
  command_run(bool show, int out)
    : show_(show), out_(out), terminal_(out),
      own_group_(terminal_.active() || !is_terminal(STDIN_FILENO)) {
    // nop
  }

  command_end run(const std::string& program,
                  const std::vector<std::string>& args) {
    if (!start(program, args))
      return {code_failed, "", std::move(problem_)};
    while (!ended_)
      look();
    drain();
    if (!problem_.empty() && code_ == 0)
      code_ = code_failed;
    return {interrupted_ ? code_detached : code_, std::move(output_),
            std::move(problem_)};
  }

private:
  bool start(const std::string& program, const std::vector<std::string>& args) {
    descriptor writer;
    descriptor report_reader;
    descriptor report_writer;
    if (!make_pipe(reader_, writer) || !make_pipe(report_reader, report_writer))
      return cannot_start(errno);
    ::fcntl(reader_.get(), F_SETFL, O_NONBLOCK);
    auto own_terminal = show_ && is_terminal(out_);
    std::vector<std::string> words{"troupe"};
    words.insert(words.end(), args.begin(), args.end());
    auto variables = environment(own_terminal ? writer.get() : -1);
    auto argv = pointers(words);
    auto environment = pointers(variables);
    start_plan plan{program.c_str(),
                    argv.data(),
                    environment.data(),
                    ::getpid(),
                    own_terminal ? out_ : writer.get(),
                    own_terminal ? writer.get() : -1,
                    report_writer.get(),
                    own_group_,
                    terminal_.active()};
    copies_ = show_ && !own_terminal;
    child_ = ::fork();
    if (child_ == 0)
      become(plan);
    if (child_ < 0)
      return cannot_start(errno);
    if (own_group_)
      ::setpgid(child_, child_); // Whoever comes first.
    report_writer.close();
    if (auto reason = take_report(report_reader.get()); reason != 0) {
      ::waitpid(child_, nullptr, 0);
      return cannot_start(reason);
    }
    process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, child_, 0)));
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    signals_.reset(::signalfd(-1, &interrupt, SFD_CLOEXEC | SFD_NONBLOCK));
    return true;
  }

  static bool make_pipe(descriptor& reader, descriptor& writer) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
      return false;
    reader.reset(ends[0]);
    writer.reset(ends[1]);
    return true;
  }

  /// Waits until the child has become the program. @returns 0, or why not.
  static int take_report(int reader) {
    int reason = 0;
    ssize_t got = 0;
    do {
      got = ::read(reader, &reason, sizeof(reason));
    } while (got < 0 && errno == EINTR);
    return got == sizeof(reason) ? reason : 0;
  }

  bool cannot_start(int reason) {
    problem_ =
      fmt::format("cannot start the command: {}{}", std::strerror(reason),
                  reason == E2BIG ? "; a word of it has at most 128 KiB" : "");
    return false;
  }

  static std::vector<std::string> environment(int copy) {
    std::vector<std::string> out;
    auto mine = std::string{output_copy_variable} + "=";
    for (auto at = environ; at != nullptr && *at != nullptr; ++at)
      if (!std::string_view{*at}.starts_with(mine))
        out.emplace_back(*at);
    if (copy >= 0)
      out.push_back(mine + std::to_string(copy));
    return out;
  }

  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (auto& text : texts)
      out.push_back(text.data());
    out.push_back(nullptr);
    return out;
  }

  /// Waits for something to happen, and deals with it.
  void look() {
    pollfd wanted[] = {{reader_.get(), POLLIN, 0},
                       {process_.get(), POLLIN, 0},
                       {signals_.get(), POLLIN, 0}};
    ::poll(wanted, 3, look_ms); // Whatever it says: look at everything.
    drain();
    pass_interrupt();
    int status = 0;
    if (::waitpid(child_, &status, WNOHANG | WUNTRACED) != child_)
      return;
    if (WIFSTOPPED(status))
      return stop_along();
    ended_ = true;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  void pass_interrupt() {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof(info)) != sizeof(info))
      return;
    interrupted_ = true;
    // In our own group it got the terminal's signal itself, and a second one
    // would end it at once.
    if (own_group_)
      ::kill(-child_, SIGINT);
    else if (info.ssi_code != SI_KERNEL)
      ::kill(child_, SIGINT);
  }

  /// Ctrl-Z stops us as well, so that the user's shell takes over. Without one
  /// the kernel does not stop us, and the command goes on at once.
  void stop_along() {
    if (terminal_.active())
      put_in_front(terminal_.group());
    ::kill(own_group_ ? 0 : ::getpid(), SIGTSTP);
    if (terminal_.active() && ::tcgetpgrp(STDIN_FILENO) == terminal_.group())
      put_in_front(child_);
    ::kill(own_group_ ? -child_ : child_, SIGCONT);
  }

  /// Takes what the command wrote, without waiting for more.
  void drain() {
    std::array<char, 65'536> buffer{};
    while (reader_.get() >= 0) {
      auto got = ::read(reader_.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 && errno == EAGAIN)
        return;
      if (got <= 0)
        return reader_.close(); // poll ignores it from now on.
      take({buffer.data(), static_cast<size_t>(got)});
    }
  }

  void take(std::string_view text) {
    if (copies_)
      copy(text);
    auto room = command_output_bytes_max - output_.size();
    output_ += text.substr(0, std::min(room, text.size()));
  }

  void copy(std::string_view text) {
    auto reason = write_fully(out_, text);
    copies_ = reason == 0; // Its reader may be gone; the script may go on.
    if (auto ok = check_written(reason); !ok)
      problem_ = to_string(ok.error());
  }

  bool show_ = false;
  int out_ = -1;
  bool copies_ = false;
  bool ended_ = false;
  bool interrupted_ = false;
  int code_ = code_failed;
  pid_t child_ = -1;
  descriptor reader_;
  descriptor process_;
  descriptor signals_;
  std::string output_;
  std::string problem_; ///< What is to be said about it.
  terminal_scope terminal_;
  bool own_group_ = false;
};

} // namespace

command_process::command_process(std::string program, int out)
  : program_(program.empty() ? "/proc/self/exe" : std::move(program)),
    out_(out) {
  // nop
}

command_end command_process::run(const std::vector<std::string>& args,
                                 bool show) {
  return command_run{show, out_}.run(program_, args);
}

} // namespace troupe::shell
