#include "nodes/embed/host_memory.hpp"
#include "nodes/embed/roles.hpp"
#include "runtime/base/random.hpp"
#include "runtime/base/version.hpp"
#include "runtime/function/builtin.hpp"
#include "runtime/wire/caf_error.hpp"
#include <troupe/worker.hpp>

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace troupe {

namespace {

/// Lets the host hear of the end once, although a refusal and restarts may
/// both report it.
std::function<void(const error&)>
once(std::function<void(const error&)> on_end) {
  return [told = std::make_shared<std::atomic_flag>(),
          on_end = std::move(on_end)](const error& why) {
    if (!told->test_and_set() && on_end)
      on_end(why);
  };
}

result<void> complete(worker_node_options& options, uint64_t own) {
  if (options.coordinators.empty())
    return fail(errc::bad_usage, "a worker needs at least one address where "
                                 "its coordinator may be");
  if (options.name.empty())
    options.name = fmt::format("worker-{:08x}", own & 0xffffffffU);
  if (options.slots == 0)
    options.slots = std::max(1u, std::thread::hardware_concurrency());
  if (!options.log)
    options.log = make_null_logger();
  auto offers = complete_offers(options.offers);
  if (!offers)
    return tl::unexpected{std::move(offers.error())};
  options.offers = std::move(*offers);
  if (options.functions)
    return {};
  auto builtin = std::make_shared<function_registry>();
  if (auto ok = add_builtin_functions(*builtin); !ok)
    return ok;
  options.functions = builtin;
  return {};
}

} // namespace

struct worker_node::impl {
  impl(caf::actor_system& where, std::string name_of_node)
    : system(where), name(std::move(name_of_node)) {
    // nop
  }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  ~impl() {
    role.stop();
    await_end(system, role.root);
  }

  caf::actor_system& system;
  std::string name;
  worker_role role;
};

worker_node::worker_node(std::unique_ptr<impl> state)
  : impl_(std::move(state)) {
  // nop
}

worker_node::worker_node(worker_node&&) noexcept = default;
worker_node& worker_node::operator=(worker_node&&) noexcept = default;
worker_node::~worker_node() = default;

caf::expected<worker_node> worker_node::start(caf::actor_system& system,
                                              worker_node_options options) {
  if (!is_configured(system))
    return to_caf(
      {errc::not_configured, std::string{to_sentence(errc::not_configured)}});
  auto own = system_entropy();
  if (auto ok = complete(options, own); !ok)
    return to_caf(ok.error());
  worker_role_options terms;
  terms.worker.name = options.name;
  terms.worker.incarnation_id = own;
  terms.worker.slots = options.slots;
  terms.worker.labels = options.labels;
  terms.worker.offers = options.offers;
  terms.worker.functions = options.functions;
  terms.worker.permissions = options.permissions;
  terms.worker.log = options.log;
  terms.dial = make_tcp_dialer(system, options.coordinators);
  terms.cluster = options.cluster;
  terms.heartbeat_interval = options.heartbeat_interval;
  terms.seed = system_entropy();
  terms.on_refused = once(std::move(options.on_end));
  terms.on_gave_up = terms.on_refused;
  auto state = std::make_unique<impl>(system, options.name);
  state->role = start_worker(system, terms);
  if (auto ok = await_start(system, state->role.root); !ok)
    return to_caf(ok.error());
  return worker_node{std::move(state)};
}

const std::string& worker_node::name() const {
  return impl_->name;
}

bool worker_node::drain(std::chrono::milliseconds timeout) const {
  auto clean = false;
  caf::scoped_actor self{impl_->system};
  // The uplink answers when the time is up; ours is only a backstop.
  self
    ->request(impl_->role.directory->current().uplink,
              timeout + 2 * limits::request_timeout, drain_atom::value,
              static_cast<uint64_t>(timeout.count()))
    .receive([&](bool answer) { clean = answer; }, [](const caf::error&) {});
  return clean;
}

} // namespace troupe
