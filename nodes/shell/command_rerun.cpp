#include "nodes/shell/commands.hpp"
#include "nodes/shell/delivery.hpp"
#include "nodes/shell/session.hpp"

#include <fmt/format.h>

namespace troupe::shell {

outcome<exit_code> rerun_command(session& self) {
  auto old = self.call().job();
  if (!old)
    return tl::unexpected{std::move(old.error())};
  auto only_dead = self.call().has("failed");
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto job = coordinator->rerun(*old, only_dead);
  if (!job)
    return refuse(job.error());
  if (!self.json()) {
    self.out().write(fmt::format("{}\n", *job));
    return exit_code::done;
  }
  auto status = coordinator->describe(*job);
  if (!status)
    return refuse(status.error());
  print_job(self, *status, "");
  return exit_code::done;
}

} // namespace troupe::shell
