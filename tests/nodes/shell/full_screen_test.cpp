#define CAF_SUITE full_screen

#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/full_screen.hpp"
#include "nodes/shell/interrupt.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>

using namespace troupe::shell;
using namespace std::chrono_literals;

namespace {

/// A terminal that the test holds the other end of.
class pseudo_terminal {
public:
  pseudo_terminal() : there(::posix_openpt(O_RDWR | O_NOCTTY)) {
    CAF_REQUIRE(there >= 0);
    CAF_REQUIRE_EQUAL(::grantpt(there), 0);
    CAF_REQUIRE_EQUAL(::unlockpt(there), 0);
    here = ::open(::ptsname(there), O_RDWR | O_NOCTTY);
    CAF_REQUIRE(here >= 0);
    resize(40, 10);
  }

  ~pseudo_terminal() {
    ::close(here);
    ::close(there);
  }

  void resize(unsigned short columns, unsigned short rows) {
    winsize size{};
    size.ws_col = columns;
    size.ws_row = rows;
    ::ioctl(there, TIOCSWINSZ, &size);
  }

  /// Returns what was drawn since.
  std::string drawn() {
    std::string out;
    char buffer[4096];
    pollfd wanted{there, POLLIN, 0};
    while (::poll(&wanted, 1, 0) > 0 && (wanted.revents & POLLIN) != 0) {
      auto got = ::read(there, buffer, sizeof(buffer));
      if (got <= 0)
        break;
      out.append(buffer, static_cast<size_t>(got));
    }
    return out;
  }

  void type(std::string_view keys) {
    CAF_REQUIRE_EQUAL(::write(there, keys.data(), keys.size()),
                      static_cast<ssize_t>(keys.size()));
  }

  bool is_raw() const {
    termios now{};
    ::tcgetattr(here, &now);
    return (now.c_lflag & (ICANON | ECHO)) == 0;
  }

  int there = -1;
  int here = -1;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

CAF_TEST(a_frame_starts_at_the_top_and_erases_what_was_there) {
  CAF_CHECK_EQUAL(frame_text({{"a"}, {"b", tone::bad, true}}, false),
                  "\033[Ha\033[K\r\n\033[7mb\033[0m\033[K\033[J");
  CAF_CHECK_EQUAL(frame_text({{"a", tone::bad}}, true),
                  "\033[H\033[31ma\033[0m\033[K\033[J");
  CAF_CHECK_EQUAL(frame_text({}, true), "\033[H\033[J");
}

CAF_TEST(what_is_no_terminal_is_refused) {
  captured file;
  pseudo_terminal terminal;
  CAF_CHECK(!full_screen::check(terminal.here, file.descriptor()));
  CAF_CHECK(!full_screen::check(file.descriptor(), terminal.here));
  CAF_CHECK(full_screen::check(terminal.here, terminal.here).has_value());
  CAF_CHECK(size_of_terminal(file.descriptor()) == screen_size{});
}

CAF_TEST(the_terminal_is_ours_for_a_while_and_then_as_before) {
  pseudo_terminal terminal;
  CAF_CHECK(!terminal.is_raw());
  {
    full_screen screen{terminal.here, terminal.here};
    CAF_CHECK(terminal.is_raw());
    CAF_CHECK(has(terminal.drawn(), "\033[?1049h"));
    screen.draw({{"hello"}});
    CAF_CHECK(has(terminal.drawn(), "hello"));
    screen.draw({{"hello"}});
    CAF_CHECK_EQUAL(terminal.drawn(), "");
    CAF_MESSAGE("after a resize it is drawn again");
    terminal.resize(60, 20);
    CAF_CHECK(screen.size() == screen_size({60, 20}));
    screen.draw({{"hello"}});
    CAF_CHECK(has(terminal.drawn(), "hello"));
  }
  CAF_CHECK(!terminal.is_raw());
  CAF_CHECK(has(terminal.drawn(), "\033[?1049l"));
}

CAF_TEST(keys_come_one_by_one) {
  pseudo_terminal terminal;
  full_screen screen{terminal.here, terminal.here};
  terminal.type("j\033[A");
  CAF_CHECK(screen.read(10s)
            == std::vector<key>({{key_kind::character, 'j'}, {key_kind::up}}));
  terminal.type("\003");
  CAF_CHECK(screen.read(10s) == std::vector<key>({{key_kind::interrupt}}));
  terminal.type("\033");
  CAF_CHECK(screen.read(10s).empty());
  CAF_CHECK(screen.read(0ms) == std::vector<key>({{key_kind::escape}}));
}

CAF_TEST(a_terminal_that_goes_away_is_noticed) {
  pseudo_terminal terminal;
  full_screen screen{terminal.here, terminal.here};
  ::close(terminal.there);
  screen.read(10s);
  CAF_CHECK(screen.is_closed());
  terminal.there = ::open("/dev/null", O_RDWR);
}

CAF_TEST(a_signal_that_ends_the_process_puts_the_terminal_back) {
  for (auto signal : {SIGTERM, SIGHUP, SIGQUIT}) {
    pseudo_terminal terminal;
    auto child = ::fork();
    CAF_REQUIRE(child >= 0);
    if (child == 0) {
      full_screen screen{terminal.here, terminal.here};
      std::raise(signal);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CAF_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signal);
    CAF_CHECK(!terminal.is_raw());
    CAF_CHECK(has(terminal.drawn(), "\033[?1049l"));
  }
}

CAF_TEST(a_ctrl_c_that_ends_the_process_puts_the_terminal_back) {
  pseudo_terminal terminal;
  auto child = ::fork();
  CAF_REQUIRE(child >= 0);
  if (child == 0) {
    ::alarm(20);
    interrupt_watch::block();
    interrupt_watch nobody_polls;
    full_screen screen{terminal.here, terminal.here};
    ::kill(::getpid(), SIGINT);
    for (;;)
      ::pause();
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CAF_CHECK(WIFEXITED(status));
  CAF_CHECK_EQUAL(WEXITSTATUS(status), static_cast<int>(exit_code::detached));
  CAF_CHECK(!terminal.is_raw());
  CAF_CHECK(has(terminal.drawn(), "\033[?1049l"));
}
