#include "tests/simulation/scenario.hpp"

#include "actors/coordinator.hpp"
#include "runtime/base/version.hpp"
#include "tests/simulation/restart_watch.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace troupe::simulation {

namespace {

using namespace std::chrono_literals;

/// How often users look at what came.
constexpr auto act_interval = 40ms;
/// I5: after faults stop, everything ends within this time. The longest wait
/// is for the client of an open job, 60 s.
constexpr auto end_within = 240s;
/// After that time without faults every node has found its coordinator again:
/// a lost hello takes 10 s to time out, and then up to 5 s pass.
constexpr auto calm_after = 20s;
/// I6: four messages on the way of a single task, each this long.
constexpr auto calm_delay = 100us;
constexpr auto latency_max = 700us;
/// How long a small store keeps ended jobs.
constexpr auto small_store_age = 3s;

} // namespace

scenario::scenario(const scenario_options& options)
  : options_(options), world_(options.seed, options.trace), checks_(world_) {
  task_hooks hooks;
  hooks.plan_of = [this](uint64_t number) {
    auto i = plans_.find(number);
    return i == plans_.end() ? nullptr : i->second.get();
  };
  hooks.kill = [this] { world_.doom_running_node(); };
  functions_ = make_functions(hooks);
  world_.on_delivery = [this](const delivery& x) { checks_.see(x); };
  world_.on_send = [this](const wire_message& x) { checks_.see(x); };
  world_.on_doom = [this](node_number node) { worker_doomed(node); };
  world_.may_be_lost = [this](const wire_message& x) {
    // Clients have no other protection than their connection.
    auto of_worker = [&](node_number node) {
      return std::any_of(workers_.begin(), workers_.end(),
                         [&](auto& w) { return w.node == node; });
    };
    return (of_worker(x.from) || of_worker(x.to))
           && (x.content.match_elements<slices>()
               || x.content.match_elements<slice_answers>()
               || x.content.match_elements<grants>()
               || x.content.match_elements<heartbeat>()
               || x.content.match_elements<trimmed_leases>()
               || x.content.match_elements<trim_leases>());
  };
}

scenario::~scenario() {
  world_.on_delivery = nullptr;
  world_.on_send = nullptr;
  for (auto& x : users_)
    x->stop();
  for (auto& x : workers_)
    if (x.up)
      end_worker(static_cast<size_t>(&x - workers_.data()), true);
  lead_.stop();
  lead_ = {};
  world_.shut_down();
}

// -- nodes --------------------------------------------------------------------

std::shared_ptr<logger> scenario::watch_restarts() {
  return std::make_shared<restart_watch>(
    [this] { return world_.now(); },
    [this](const std::string& what) { world_.violated(what); });
}

void scenario::start_lead() {
  lead_node_ = world_.start_node("lead", [this](node_number number) {
    coordinator_role_options terms;
    terms.own_node.name = "lead";
    terms.own_node.incarnation_id = world_.random().next();
    terms.own_node.version = product_version;
    terms.own_node.roles = {"coordinator"};
    terms.seed = world_.random().next();
    if (small_store_) {
      terms.memory_bytes_max = *small_store_;
      terms.finished_job_age_max = small_store_age;
    }
    terms.wall = &wall_;
    terms.log = watch_restarts();
    terms.on_front_door = [this, number](const caf::actor& door) {
      world_.set_front_door(number, door);
    };
    terms.on_gave_up = [this](const error& why) {
      world_.violated("I5: the coordinator gave up: " + why.text);
    };
    lead_ = start_coordinator(world_.system(), terms);
  });
}

void scenario::start_worker(size_t position) {
  auto& x = workers_[position];
  if (x.up)
    return;
  x.up = true;
  x.node = world_.start_node(x.name, [&](node_number number) {
    worker_role_options terms;
    terms.worker.name = x.name;
    terms.worker.incarnation_id = world_.random().next();
    terms.worker.slots = x.slots;
    terms.worker.functions = functions_;
    terms.worker.runners = threading::scheduled;
    terms.worker.pace = [this](const job_header& job, index_range tasks,
                               uint32_t attempt) {
      auto plan = decode_as<uint64_t>(job.args.bytes.view(), job.args_type);
      auto i = plan ? plans_.find(*plan) : plans_.end();
      return i == plans_.end() ? duration{}
                               : i->second->time_of(tasks, attempt);
    };
    if (x.little_room)
      terms.worker.room = {3, 256, 200};
    terms.worker.log = watch_restarts();
    terms.dial = world_.dialer_of(number);
    terms.seed = world_.random().next();
    terms.on_refused = [this, number](const error& why) {
      // The process ends; what manages it starts it again.
      world_.note("refused for good: " + to_string(why));
      world_.at(world_.now(), [this, number] { worker_doomed(number); });
    };
    terms.on_gave_up = terms.on_refused;
    x.role = troupe::start_worker(world_.system(), terms);
  });
}

void scenario::end_worker(size_t position, bool silently) {
  auto& x = workers_[position];
  x.up = false;
  world_.end_node(x.node, silently, {caf::actor_cast<caf::actor>(x.role.root)});
  x.role = {};
}

void scenario::end_worker_for_a_while(size_t position, bool silently) {
  if (!workers_[position].up)
    return;
  end_worker(position, silently);
  world_.at(world_.now() + some_time(20, 1500),
            [this, position] { start_worker(position); });
}

void scenario::worker_doomed(node_number node) {
  for (size_t i = 0; i < workers_.size(); ++i)
    if (workers_[i].node == node)
      end_worker_for_a_while(i, false);
}

coordinator_directory::handles scenario::now() const {
  return lead_.directory->current();
}

size_t scenario::any_worker() {
  return world_.pick(workers_.size());
}

user& scenario::any_user() {
  return *users_[world_.pick(users_.size())];
}

duration scenario::some_time(int from_ms, int to_ms) {
  return world_.pick_time(std::chrono::milliseconds{from_ms},
                          std::chrono::milliseconds{to_ms});
}

// -- drawing ------------------------------------------------------------------

void scenario::draw_jobs() {
  auto count = 1 + world_.pick(6);
  for (uint64_t i = 1; i <= count; ++i) {
    auto plan = std::make_shared<job_plan>(
      draw_plan(i, world_.random(), options_.faults));
    if (small_store_)
      plan->shrink();
    plans_.emplace(i, plan);
    auto when =
      world_.chance(0.3) ? duration{} : world_.pick_time({}, chaos_ * 3 / 4);
    any_user().submit_at(world_.now() + when, std::move(plan));
  }
}

void scenario::heal() {
  calm_ = true;
  world_.note("all faults stop");
  auto& wires = world_.wires();
  wires.now = {};
  for (size_t i = 0; i < workers_.size(); ++i) {
    wires.set_reachable(workers_[i].node, true);
    wires.silence(workers_[i].node, true, false);
    wires.silence(workers_[i].node, false, false);
    start_worker(i);
  }
  for (auto& x : users_)
    x->start();
}

// -- the run ------------------------------------------------------------------

void scenario::keep_acting() {
  for (auto& x : users_)
    x->act();
  if (!world_.violations().empty())
    return;
  world_.at(world_.now() + act_interval, [this] { keep_acting(); });
}

bool scenario::all_ended() const {
  for (const auto& x : users_)
    if (!x->is_done())
      return false;
  auto lead = state_of<coordinator_state>(
    caf::actor_cast<caf::strong_actor_ptr>(now().coordinator));
  return lead != nullptr && lead->unfinished == 0;
}

/// A job of a function that no node has waits for ever; whoever crashed right
/// after the submit does not know its id, so somebody else cancels it.
void scenario::cancel_hopeless() {
  for (auto& x : users_)
    x->cancel_hopeless();
  auto leader = now().coordinator;
  auto state =
    state_of<coordinator_state>(caf::actor_cast<caf::strong_actor_ptr>(leader));
  if (state == nullptr)
    return;
  for (const auto& [id, job] : state->jobs)
    if (!is_terminal(job.status.state)
        && functions_->find(job.spec.function) == nullptr)
      caf::anon_send(leader, cancel_job{id});
}

void scenario::await_end() {
  auto begin = world_.now();
  auto cancelled = false;
  while (world_.violations().empty() && !all_ended()) {
    world_.run_for(500ms);
    if (!cancelled && world_.now() - begin > calm_after) {
      cancel_hopeless();
      cancelled = true;
    }
    if (world_.now() - begin < end_within)
      continue;
    std::string text = "I5: not everything ends when faults stop";
    for (const auto& x : users_)
      text += x->describe();
    return world_.violated(text);
  }
  if (auto left = begin + calm_after - world_.now(); left.count() > 0)
    world_.run_for(left);
}

/// I6: in an idle cluster nothing on the way of a single task waits for a
/// timer.
void scenario::check_latency() {
  auto plan = std::make_shared<job_plan>();
  plan->number = plans_.size() + 1;
  plan->spec.name = "single";
  plan->spec.function = "number";
  plan->spec.reducer = "sum";
  plan->spec.args_type = "uint";
  std::string args;
  encode(plan->number, args);
  plan->spec.args = blob{std::move(args)};
  plan->spec.inputs = input_kind::integers;
  plan->spec.range = {7, 8, 1};
  plan->inputs = {7};
  plans_.emplace(plan->number, plan);
  world_.wires().now.delay_min = world_.wires().now.delay_max = calm_delay;
  auto& somebody = *users_.front();
  somebody.submit_at(world_.now(), plan);
  somebody.act();
  for (auto waited = 0us; waited < 2s && !somebody.is_done(); waited += 50us) {
    world_.run_for(50us);
    somebody.act();
  }
  if (!somebody.is_done())
    return world_.violated("I6: a single task in an idle cluster takes more "
                           "than 2 s");
  if (somebody.last_latency() > latency_max)
    world_.violated(
      fmt::format("I6: a single task in an idle cluster takes {} us, its four "
                  "messages only 400",
                  somebody.last_latency().count() / 1000));
}

outcome scenario::run() {
  auto many = world_.chance(0.02);
  auto count = many ? 10 + world_.pick(41) : 2 + world_.pick(4);
  chaos_ = some_time(500, 6000);
  if (options_.faults && world_.chance(0.1))
    small_store_ = 32 * limits::kib + world_.pick(96 * limits::kib);
  start_lead();
  for (uint64_t i = 0; i < count; ++i) {
    workers_.push_back({fmt::format("w{}", i + 1),
                        static_cast<uint32_t>(1 + world_.pick(3)),
                        options_.faults && world_.chance(0.1)});
  }
  for (size_t i = 0; i < workers_.size(); ++i)
    start_worker(i);
  for (uint64_t i = 0, n = 1 + world_.pick(3); i < n; ++i) {
    users_.push_back(std::make_unique<user>(world_, fmt::format("c{}", i + 1),
                                            small_store_.has_value()));
    users_.back()->start();
  }
  draw_jobs();
  if (options_.faults)
    draw_faults();
  keep_acting();
  world_.run_for(chaos_);
  heal();
  await_end();
  if (world_.violations().empty())
    checks_.see_calm(caf::actor_cast<caf::strong_actor_ptr>(now().scheduler));
  if (world_.violations().empty())
    check_latency();
  outcome result;
  result.seed = options_.seed;
  result.violations = world_.violations();
  result.tasks = checks_.tasks_accepted();
  for (const auto& x : users_)
    result.jobs += x->jobs_ended();
  result.steps = world_.steps();
  result.seconds = std::chrono::duration<double>(world_.age()).count();
  result.faults = struck_;
  return result;
}

} // namespace troupe::simulation
