#define CAF_SUITE progress_line

#include "nodes/shell/progress_line.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

using namespace troupe;
using namespace troupe::shell;
using namespace std::chrono_literals;

namespace {

/// A terminal of 60 columns and the side that sees what is shown there.
struct pseudo_terminal {
  pseudo_terminal() {
    winsize size{24, 60, 0, 0};
    opened = ::openpty(&screen, &program, nullptr, nullptr, &size) == 0;
  }

  ~pseudo_terminal() {
    ::close(program);
    ::close(screen);
  }

  /// Returns what was written since the last call; there must be some.
  std::string read() const {
    char buffer[4096];
    auto got = ::read(screen, buffer, sizeof(buffer));
    return {buffer, got > 0 ? static_cast<size_t>(got) : 0};
  }

  int screen = -1;
  int program = -1;
  bool opened = false;
};

job_status job(uint64_t succeeded) {
  job_status out;
  out.state = job_state::running;
  out.tasks = 100;
  out.succeeded = succeeded;
  return out;
}

} // namespace

CAF_TEST(a_terminal_sees_a_line_that_is_erased_at_the_end) {
  pseudo_terminal terminal;
  CAF_REQUIRE(terminal.opened);
  time_point now{};
  {
    progress_line line{terminal.program};
    line.update(job(10), now);
    auto text = terminal.read();
    CAF_CHECK(text.find(" 10%  10/100") != std::string::npos);
    CAF_CHECK(text.size() < 70);
    // Too early to be drawn again: what is read next is the later one.
    line.update(job(20), now + 99ms);
    line.update(job(30), now + 100ms);
    text = terminal.read();
    CAF_CHECK(text.find(" 20%") == std::string::npos);
    CAF_CHECK(text.find(" 30%") != std::string::npos);
  }
  CAF_CHECK_EQUAL(terminal.read(), "\r\033[K");
}

CAF_TEST(inputs_are_counted_while_they_are_sent) {
  pseudo_terminal terminal;
  CAF_REQUIRE(terminal.opened);
  progress_line line{terminal.program};
  line.sending(1234, time_point{});
  CAF_CHECK(terminal.read().find("1,234") != std::string::npos);
}

CAF_TEST(a_file_sees_nothing) {
  captured file;
  {
    progress_line line{file.descriptor()};
    line.update(job(10), time_point{});
    line.sending(5, time_point{} + 1s);
  }
  CAF_CHECK_EQUAL(file.text(), "");
}
