#include "nodes/embed/troupe/local_cluster.hpp"

#include "nodes/embed/client_core.hpp"
#include "nodes/embed/host_memory.hpp"
#include "nodes/embed/roles.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/random.hpp"
#include "runtime/base/version.hpp"
#include "runtime/function/builtin.hpp"
#include "runtime/model/placement_names.hpp"

#include <caf/actor_system.hpp>
#include <caf/after.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <thread>

namespace troupe {

namespace {

/// Waits until the worker has joined, so that the first job finds its function.
result<void> await_join(caf::actor_system& system,
                        const membership_actor& membership) {
  caf::scoped_actor self{system};
  auto joined = false;
  self->send(membership, follow_atom::value);
  self->receive([&](const worker_up&) { joined = true; },
                caf::after(limits::request_timeout) >> [] {});
  if (!joined)
    return fail(errc::timed_out,
                "the worker of the local cluster did not join");
  return {};
}

/// Puts in what the host left open.
result<void> complete(local_cluster_options& options) {
  if (!options.placement.empty() && !is_placement_name(options.placement))
    return fail(errc::bad_usage,
                "there is no placement " + quote_text(options.placement)
                  + ": choose one of " + list_placement_names());
  auto offers = complete_offers(options.offers);
  if (!offers)
    return tl::unexpected{std::move(offers.error())};
  options.offers = std::move(*offers);
  if (!options.log)
    options.log = make_null_logger();
  if (options.slots == 0)
    options.slots = std::max(1u, std::thread::hardware_concurrency());
  if (options.functions)
    return {};
  auto builtin = std::make_shared<function_registry>();
  if (auto ok = add_builtin_functions(*builtin); !ok)
    return ok;
  options.functions = builtin;
  return {};
}

} // namespace

struct local_cluster::impl {
  impl(caf::actor_system& where, std::string name, coordinator_role role)
    : system(where), cluster(std::move(name)), lead(std::move(role)) {
    // nop
  }

  caf::actor_system& system;
  std::string cluster;
  coordinator_role lead;
  worker_role work;

  ~impl() {
    work.stop();
    lead.stop();
    await_end(system, lead.root); // Nobody is answered any more.
  }

  std::shared_ptr<dialer> make_dialer() const {
    return make_local_dialer(
      [now = lead.directory] { return now->current().front_door; });
  }
};

local_cluster::local_cluster(std::unique_ptr<impl> state)
  : impl_(std::move(state)) {
  // nop
}

local_cluster::local_cluster(local_cluster&&) noexcept = default;
local_cluster& local_cluster::operator=(local_cluster&&) noexcept = default;
local_cluster::~local_cluster() = default;

caf::expected<local_cluster>
local_cluster::start(caf::actor_system& system, local_cluster_options options) {
  if (!is_configured(system))
    return to_caf(
      {errc::not_configured, std::string{to_sentence(errc::not_configured)}});
  if (auto ok = complete(options); !ok)
    return to_caf(ok.error());
  auto own = system_entropy();
  coordinator_role_options lead;
  lead.cluster = options.cluster;
  lead.own_node.name = options.name;
  lead.own_node.incarnation_id = own;
  lead.own_node.version = product_version;
  lead.own_node.roles = {"coordinator", "worker"};
  lead.term = static_cast<uint64_t>(system_wall_clock().now_us());
  lead.seed = system_entropy();
  lead.memory_bytes_max = options.memory_bytes_max;
  lead.placement = options.placement;
  lead.log = options.log;
  worker_role_options work;
  work.cluster = options.cluster;
  work.seed = system_entropy();
  work.worker.name = options.name;
  work.worker.incarnation_id = own;
  work.worker.roles = lead.own_node.roles;
  work.worker.slots = options.slots;
  work.worker.labels = options.labels;
  work.worker.offers = options.offers;
  work.worker.functions = options.functions;
  work.worker.permissions = options.permissions;
  work.worker.log = options.log;
  auto state = std::make_unique<impl>(system, options.cluster,
                                      start_coordinator(system, lead));
  if (auto ok = await_start(system, state->lead.root); !ok)
    return to_caf(ok.error());
  work.dial = state->make_dialer();
  state->work = start_worker(system, work);
  auto membership = state->lead.directory->current().membership;
  if (auto ok = await_join(system, membership); !ok)
    return to_caf(ok.error());
  return local_cluster{std::move(state)};
}

caf::expected<client> local_cluster::connect() const {
  client_options options;
  options.cluster = impl_->cluster;
  return client_core::connect(impl_->system, options, impl_->make_dialer());
}

} // namespace troupe
