#define CAF_SUITE terminal

#include "nodes/shell/terminal.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <pty.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <optional>
#include <string>

using namespace troupe::shell;

namespace {

struct pseudo_terminal {
  explicit pseudo_terminal(unsigned short columns) {
    winsize size{24, columns, 0, 0};
    if (::openpty(&screen, &program, nullptr, nullptr, &size) != 0)
      program = screen = -1;
  }

  ~pseudo_terminal() {
    ::close(program);
    ::close(screen);
  }

  int screen = -1;
  int program = -1;
};

/// Sets a variable of the environment for one scope.
class scoped_variable {
public:
  scoped_variable(const char* name, const char* value) : name_(name) {
    if (const auto* old = ::getenv(name))
      old_ = old;
    set(value);
  }

  ~scoped_variable() {
    set(old_ ? old_->c_str() : nullptr);
  }

private:
  void set(const char* value) {
    if (value != nullptr)
      ::setenv(name_, value, 1);
    else
      ::unsetenv(name_);
  }

  const char* name_;
  std::optional<std::string> old_;
};

} // namespace

CAF_TEST(the_width_is_that_of_the_terminal) {
  struct row {
    unsigned short columns;
    size_t want;
  };
  for (auto [columns, want] :
       {row{100, 100}, row{40, 40}, row{10, 10}, row{0, 80}}) {
    pseudo_terminal terminal{columns};
    CAF_REQUIRE(is_terminal(terminal.program));
    CAF_CHECK_EQUAL(terminal_columns(terminal.program), want);
  }
}

CAF_TEST(a_file_is_no_terminal) {
  captured file;
  CAF_CHECK(!is_terminal(file.descriptor()));
  CAF_CHECK_EQUAL(terminal_columns(file.descriptor()), 0u);
  CAF_CHECK(!wants_color(file.descriptor()));
}

CAF_TEST(colors_are_for_terminals_that_want_them) {
  pseudo_terminal terminal{80};
  struct row {
    const char* what;
    const char* no_color;
    const char* term;
    bool want;
  };
  const row rows[] = {
    {"usual", nullptr, "xterm", true},
    {"set to nothing", "", "xterm", true},
    {"unwanted", "1", "xterm", false},
    {"dumb", nullptr, "dumb", false},
  };
  for (const auto& [what, no_color, term, want] : rows) {
    CAF_MESSAGE(what);
    scoped_variable first{"NO_COLOR", no_color};
    scoped_variable second{"TERM", term};
    CAF_CHECK_EQUAL(wants_color(terminal.program), want);
  }
}
