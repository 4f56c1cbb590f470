#include "nodes/daemon/node.hpp"

#include "nodes/daemon/effective_values.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/random.hpp"
#include "runtime/base/version.hpp"
#include "runtime/function/builtin.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include <future>

namespace troupe {

namespace {

std::vector<std::string> role_names(const node_roles& roles) {
  std::vector<std::string> result;
  if (roles.coordinator)
    result.emplace_back("coordinator");
  if (roles.worker)
    result.emplace_back("worker");
  return result;
}

/// A drain under way: the actor that asked for it, and its answer (an empty one
/// if it never came).
template <class Reply>
struct drain_call {
  caf::actor asker;
  std::future<Reply> answer;

  /// Waits for the answer; false if the node shall stop now.
  bool wait(const std::function<bool()>& stop_now) {
    while (answer.wait_for(std::chrono::seconds{0})
           != std::future_status::ready) {
      if (stop_now()) {
        caf::anon_send_exit(asker, caf::exit_reason::kill);
        return false;
      }
    }
    return true;
  }
};

template <class Reply, class Handle>
drain_call<Reply> ask_to_drain(caf::actor_system& system, const Handle& whom,
                               uint64_t ms) {
  auto answer = std::make_shared<std::promise<Reply>>();
  auto timeout = std::chrono::milliseconds{ms} + 2 * limits::request_timeout;
  drain_call<Reply> call;
  call.answer = answer->get_future();
  call.asker = system.spawn([=](caf::event_based_actor* self) {
    self->request(whom, timeout, drain_atom::value, ms)
      .then([=](Reply& reply) { answer->set_value(std::move(reply)); },
            [=](caf::error&) { answer->set_value({}); });
  });
  return call;
}

} // namespace

node::node(passkey, caf::actor_system& system, const node_options& options,
           const node_surroundings& around)
  : system_(system), options_(options), around_(around),
    incarnation_(system_entropy()) {
  // nop
}

result<std::unique_ptr<node>> node::start(caf::actor_system& system,
                                          const node_options& options,
                                          const node_surroundings& around) {
  auto made = std::make_unique<node>(passkey{}, system, options, around);
  if (options.node.roles.coordinator)
    if (auto ok = made->start_lead(); !ok)
      return tl::unexpected{std::move(ok.error())};
  if (options.node.roles.worker)
    if (auto ok = made->start_work(); !ok)
      return tl::unexpected{std::move(ok.error())};
  return made;
}

node::~node() {
  if (work_)
    work_->stop();
  if (lead_)
    lead_->stop();
}

result<void> node::start_lead() {
  const auto& own = options_.coordinator;
  coordinator_role_options terms;
  terms.cluster = options_.node.cluster;
  terms.own_node.name = options_.node.name;
  terms.own_node.incarnation_id = incarnation_;
  terms.own_node.version = product_version;
  terms.own_node.roles = role_names(options_.node.roles);
  // A store in memory forgets its term with the process: the time of its
  // opening grows instead.
  terms.term = static_cast<uint64_t>(system_wall_clock().now_us());
  terms.seed = system_entropy();
  terms.memory_bytes_max = own.memory.resolve(around_.ram_bytes);
  terms.max_dead = own.max_dead;
  terms.finished_jobs_kept = own.keep_finished;
  terms.finished_job_age_max = own.keep_finished_for;
  terms.detection = {own.heartbeat_pause, own.down_after};
  terms.input_bytes_max = own.input_limit;
  terms.result_bytes_max = own.result_limit;
  terms.job_result_bytes_max = own.job_result_limit;
  terms.placement = own.placement;
  terms.log = around_.log;
  const auto& where = options_.node.listen;
  port_ = std::make_shared<publication>(system_, where, around_.log);
  terms.on_front_door = [port = port_](const caf::actor& front_door) {
    port->replace(front_door);
  };
  terms.on_gave_up = around_.on_gave_up;
  terms.faults = options_.node.faults;
  terms.control = options_.node.control;
  terms.about = about();
  lead_ = start_coordinator(system_, terms);
  if (auto ok = await_start(system_, lead_->root); !ok)
    return ok;
  auto opened = port_->open(lead_->directory->current().front_door);
  if (!opened)
    return tl::unexpected{std::move(opened.error())};
  listen_address_ = to_string(endpoint{where.host, *opened});
  return {};
}

agent_about node::about() const {
  agent_about result;
  result.config = effective_values(around_.values, options_, around_.cores,
                                   around_.ram_bytes);
  result.log = around_.log_lines;
  if (port_)
    result.listen = [port = port_] { return port->address(); };
  return result;
}

std::shared_ptr<dialer> node::make_dialer() const {
  if (lead_ && options_.node.join.empty())
    return make_local_dialer(
      [now = lead_->directory] { return now->current().front_door; });
  return make_tcp_dialer(system_, options_.node.join);
}

result<void> node::start_work() {
  const auto& own = options_.worker;
  auto functions = std::make_shared<function_registry>();
  if (auto ok = add_builtin_functions(*functions); !ok)
    return ok;
  worker_role_options terms;
  terms.worker.name = options_.node.name;
  terms.worker.incarnation_id = incarnation_;
  terms.worker.roles = role_names(options_.node.roles);
  terms.worker.slots = own.slots == 0 ? around_.cores : own.slots;
  for (const auto& label : own.labels)
    terms.worker.labels.push_back(
      label.value.empty() ? label.key : label.key + "=" + label.value);
  terms.worker.offers = {
    own.cpus, own.memory == 0 ? around_.ram_bytes : own.memory, own.resources};
  terms.worker.functions = functions;
  terms.worker.permissions = {own.read_paths, own.exec};
  terms.worker.log = around_.log;
  terms.dial = make_dialer();
  terms.cluster = options_.node.cluster;
  terms.heartbeat_interval = options_.node.heartbeat_interval;
  terms.seed = system_entropy();
  terms.on_refused = around_.on_refused;
  terms.on_gave_up = around_.on_gave_up;
  terms.faults = options_.node.faults;
  terms.control = options_.node.control;
  terms.about = about();
  work_ = start_worker(system_, terms);
  return await_start(system_, work_->root);
}

bool node::drain(const std::function<bool()>& stop_now) {
  auto ms = static_cast<uint64_t>(options_.node.drain_timeout.count());
  auto clean = true;
  // A coordinator's jobs end only while their worker runs: it drains first.
  if (lead_) {
    auto coordinator = lead_->directory->current().coordinator;
    auto lost = ask_to_drain<std::vector<job_status>>(system_, coordinator, ms);
    if (!lost.wait(stop_now))
      return false;
    for (const auto& job : lost.answer.get()) {
      clean = false;
      around_.log->error("node",
                         "a job is lost: this coordinator keeps jobs "
                         "in memory only",
                         {{"job", std::to_string(job.id)},
                          {"name", job.name},
                          {"state", to_string(job.state)}});
    }
  }
  if (work_) {
    auto uplink = work_->directory->current().uplink;
    auto idle = ask_to_drain<bool>(system_, uplink, ms);
    if (!idle.wait(stop_now))
      return false;
    if (!idle.answer.get())
      around_.log->warn("node", "drain_timeout is over: unfinished tasks were "
                                "handed back");
  }
  return clean;
}

} // namespace troupe
