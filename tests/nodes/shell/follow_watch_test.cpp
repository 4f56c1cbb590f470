#define CAF_SUITE follow_watch

#include "nodes/shell/follow_watch.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::shell;
using namespace std::chrono_literals;

namespace {

struct fixture {
  explicit fixture(std::vector<std::string> args = {}, int to = -1) {
    args.insert(args.begin(), {"events", "--follow"});
    call = *invocation::parse(args, [](std::string_view) { //
      return std::nullopt;
    });
    where = {to < 0 ? out.descriptor() : to, err.descriptor(), nullptr,
             nullptr};
    self.emplace(call, where, interrupts);
  }

  captured out;
  captured err;
  invocation call;
  surroundings where;
  interrupt_watch interrupts;
  std::optional<session> self;
};

} // namespace

CAF_TEST(goes_on_as_long_as_nothing_ends_it) {
  fixture of;
  follow_watch watch{*of.self};
  CAF_CHECK(watch.pause(1ms));
  CAF_CHECK(!watch.is_over());
}

CAF_TEST(ends_when_its_time_is_over) {
  fixture of{{"--timeout", "10ms"}};
  follow_watch watch{*of.self};
  CAF_CHECK(!watch.pause(1min));
  CAF_CHECK(watch.is_over());
  auto ending = watch.ending();
  CAF_REQUIRE(!ending.has_value());
  CAF_CHECK(ending.error().code == exit_code::timed_out);
}

CAF_TEST(a_timeout_of_nothing_is_none) {
  fixture of{{"--timeout", "0s"}};
  follow_watch watch{*of.self};
  CAF_CHECK(watch.pause(1ms));
}

CAF_TEST(a_loss_is_told_once_and_so_is_its_end) {
  fixture of;
  follow_watch watch{*of.self};
  watch.found();
  watch.lost("cannot connect");
  watch.lost("cannot connect");
  watch.found();
  watch.found();
  watch.lost("again");
  CAF_CHECK_EQUAL(of.err.text(),
                  "troupe: cannot connect; waiting until it is back\n"
                  "troupe: it is back\n"
                  "troupe: again; waiting until it is back\n");
}

CAF_TEST(ends_when_nobody_reads_what_it_writes) {
  int ends[2] = {-1, -1};
  CAF_REQUIRE_EQUAL(::pipe(ends), 0);
  fixture of{{"--timeout", "1m"}, ends[1]};
  follow_watch watch{*of.self};
  CAF_CHECK(!watch.is_over());
  ::close(ends[0]); // As `| head -1` does.
  CAF_CHECK(!watch.pause(30s));
  CAF_CHECK(watch.ending() == exit_code::done);
  ::close(ends[1]);
}

CAF_TEST(ends_when_nothing_can_be_written) {
  auto full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  CAF_REQUIRE(full >= 0);
  fixture of{{"--timeout", "1m"}, full};
  follow_watch watch{*of.self};
  CAF_CHECK(!watch.is_over());
  of.self->out().write("text");
  CAF_CHECK(!of.self->out().flush());
  CAF_CHECK(!watch.pause(30s));
  CAF_CHECK(watch.ending() == exit_code::done);
  ::close(full);
}
