// `troupe`: one-shot commands for a Troupe cluster; see docs/shell.md.

#include "nodes/shell/interrupt.hpp"
#include "nodes/shell/program.hpp"

#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  troupe::shell::interrupt_watch::block();
  // A reader that goes away (`troupe jobs | head -1`) is no reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> args{argv + (argc > 0 ? 1 : 0), argv + argc};
  auto code =
    troupe::shell::run_program(args, troupe::shell::process_surroundings());
  // Everything is written. Threads that are still connecting are not awaited.
  std::_Exit(static_cast<int>(code));
}
