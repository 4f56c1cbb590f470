#include "nodes/embed/roles.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/after.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

namespace troupe {

namespace {

void shut_down(const supervisor_actor& root) {
  if (root)
    caf::anon_send_exit(root, caf::exit_reason::user_shutdown);
}

} // namespace

void coordinator_role::stop() const {
  shut_down(root);
}

/// What runs is stopped first: its threads would hold up the end.
void worker_role::stop() const {
  if (directory)
    if (auto worker = directory->current().worker)
      caf::anon_send(worker, drain_atom::value, uint64_t{0});
  shut_down(root);
}

error too_many_restarts(const supervision_report& what) {
  return {errc::internal, "the actors of the " + what.supervisor
                            + " crashed too often, see the log"};
}

void await_end(caf::actor_system& system, const supervisor_actor& root) {
  caf::scoped_actor self{system};
  self->monitor(root);
  self->receive([](const caf::down_msg&) {},
                caf::after(limits::role_stop_timeout) >> [] {});
}

result<void> await_start(caf::actor_system& system,
                         const supervisor_actor& root) {
  caf::scoped_actor self{system};
  result<void> how;
  self->request(root, limits::child_start_timeout, started_atom::value)
    .receive([] {},
             [&](caf::error& why) { how = tl::unexpected{from_caf(why)}; });
  return how;
}

} // namespace troupe
