#include "actors/auditor.hpp"
#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"

/// The COORDINATOR's part that is about proof: it has what is recorded of a job
/// checked by an AUDITOR.
namespace troupe {

caf::result<job_audit> coordinator_state::verify(const verify_job& what) {
  if (!jobs.contains(what.job))
    return no_such_job(what.job);
  auto promise = self->make_response_promise<job_audit>();
  auto ticket = ++last_ticket;
  audits.emplace(ticket, promise);
  self->send(options.store, store_read_leases{ticket, what.job});
  return promise;
}

void coordinator_state::read_leases(const store_leases& what) {
  if (trace(what))
    return;
  auto node = audits.extract(what.ticket);
  if (node.empty())
    return;
  auto promise = node.mapped();
  if (!what.found) {
    promise.deliver(no_such_job(what.job));
    return;
  }
  self
    ->request(self->spawn(auditor, options.log), limits::request_timeout, what)
    .then([promise](job_audit& x) mutable { promise.deliver(std::move(x)); },
          [promise](caf::error& x) mutable { promise.deliver(std::move(x)); });
}

} // namespace troupe
