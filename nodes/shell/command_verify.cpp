#include "nodes/shell/audit_text.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/session.hpp"

namespace troupe::shell {

outcome<exit_code> verify_command(session& self) {
  auto job = self.call().job();
  if (!job)
    return tl::unexpected{std::move(job.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto audit = coordinator->verify(*job);
  if (!audit)
    return refuse(audit.error());
  self.out().write(self.json() ? audit_json(*audit) + "\n" : describe(*audit));
  return audit->ok ? exit_code::done : exit_code::failed;
}

} // namespace troupe::shell
