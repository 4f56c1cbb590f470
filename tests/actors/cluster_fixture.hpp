#pragma once

#include "actors/client_session.hpp"
#include "actors/dialer.hpp"
#include "nodes/embed/roles.hpp"
#include "runtime/base/random.hpp"
#include "runtime/function/builtin.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/wire/register.hpp"

#include <caf/test/dsl.hpp>

#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

struct cluster_config : caf::actor_system_config {
  cluster_config() {
    register_types(*this);
  }
};

/// A whole cluster, its workers and one client in one actor system on CAF's
/// deterministic scheduler: no threads, no ports, virtual time.
class cluster_fixture : public test_coordinator_fixture<cluster_config> {
public:
  cluster_fixture() : board(std::make_shared<client_board>()) {
    auto builtin = std::make_shared<function_registry>();
    CAF_REQUIRE(add_builtin_functions(*builtin).has_value());
    functions = builtin;
    log = std::make_shared<capturing_logger>();
  }

  ~cluster_fixture() {
    if (session)
      caf::anon_send_exit(session, caf::exit_reason::user_shutdown);
    for (auto& x : workers)
      x.stop();
    lead.stop();
    sched.run();
  }

  /// Starts the coordinator's actors; options may be changed before.
  void start_lead() {
    lead_options.own_node.name = "lead";
    lead_options.own_node.incarnation_id = 1;
    lead_options.own_node.roles = {"coordinator"};
    lead_options.log = log;
    lead = start_coordinator(sys, lead_options);
    sched.run();
  }

  /// Returns where the coordinator's actors are now.
  coordinator_directory::handles now() const {
    return lead.directory->current();
  }

  std::shared_ptr<dialer> make_dialer() const {
    return make_local_dialer(
      [now = lead.directory] { return now->current().front_door; });
  }

  /// Starts a worker that joins the coordinator.
  worker_role& add_worker(const std::string& name, uint32_t slots = 1) {
    worker_role_options terms;
    terms.worker.name = name;
    terms.worker.incarnation_id = ++last_incarnation;
    terms.worker.slots = slots;
    terms.worker.functions = functions;
    terms.worker.permissions = permissions;
    terms.worker.runners = threading::scheduled;
    terms.worker.log = log;
    terms.dial = dial ? dial : make_dialer();
    terms.on_refused = [this](const error& why) { refused = why; };
    workers.push_back(start_worker(sys, terms));
    sched.run();
    return workers.back();
  }

  /// Ends a worker as the loss of its process would: everybody who monitors it
  /// is told, nothing else is sent.
  void kill_worker(size_t position) {
    auto& x = workers[position];
    caf::anon_send_exit(x.root, caf::exit_reason::kill);
    sched.run();
  }

  void connect_client() {
    client_session_options terms;
    terms.dial = make_dialer();
    terms.who.name = "client";
    terms.board = board;
    terms.connects = threading::scheduled;
    terms.log = log;
    session = sys.spawn(client_session, terms);
    sched.run();
    CAF_REQUIRE(board->connected);
  }

  void start(size_t worker_count = 1, uint32_t slots = 1) {
    start_lead();
    for (size_t i = 0; i < worker_count; ++i)
      add_worker("w" + std::to_string(i + 1), slots);
    connect_client();
  }

  void call(std::function<void(client_session_state&)> what) {
    caf::anon_send(session, client_call{std::move(what)});
    sched.run();
  }

  /// A submit and the watch that came with it.
  struct submitted_job {
    std::shared_ptr<submit_call> call = std::make_shared<submit_call>();
    std::shared_ptr<watch_call> watch = std::make_shared<watch_call>();

    job_id id() const {
      return call->reply.job;
    }
  };

  /// Submits; returns without letting anybody work on it.
  submitted_job send_submit(submit_item item) {
    submitted_job result;
    item.watch = true;
    result.watch->stream = item.spec.options.stream;
    result.call->item = std::move(item);
    caf::anon_send(session, client_call{[=](client_session_state& at) {
                     at.submit(result.call, result.watch);
                   }});
    return result;
  }

  submitted_job submit(submit_item item) {
    auto result = send_submit(std::move(item));
    sched.run();
    CAF_REQUIRE(result.call->done);
    return result;
  }

  /// A closed job over encoded inputs.
  static submit_item job_of(const std::string& function,
                            const std::string& type,
                            const std::vector<std::string>& inputs) {
    submit_item item;
    item.spec.function = function;
    item.spec.input_type = type;
    packed_builder packed;
    for (const auto& x : inputs)
      packed.add(x);
    item.inputs.bytes = blob{packed.finish()};
    item.inputs.size = item.inputs.bytes.size();
    item.closed = true;
    return item;
  }

  static submit_item range_job(const std::string& function, int64_t first,
                               int64_t last, const std::string& reducer) {
    submit_item item;
    item.spec.function = function;
    item.spec.reducer = reducer;
    item.spec.inputs = input_kind::integers;
    item.spec.range = {first, last, 1};
    return item;
  }

  template <class T>
  static std::string encoded(const T& x) {
    std::string out;
    encode(x, out);
    return out;
  }

  /// Lets virtual time pass in steps, so that timers that set timers fire.
  template <class Duration>
  void pass(Duration time) {
    using namespace std::chrono_literals;
    for (auto left = std::chrono::milliseconds{time}; left.count() > 0;
         left -= 10ms) {
      sched.advance_time(10ms);
      sched.run();
    }
  }

  template <class T>
  static T result_of(const submitted_job& job) {
    CAF_REQUIRE(job.watch->ended);
    CAF_REQUIRE(job.watch->has_result);
    auto value =
      decode_as<T>(job.watch->result.view(), job.watch->status.result_type);
    if (!value)
      CAF_FAIL(value.error().text);
    return *value;
  }

  coordinator_role_options lead_options;
  coordinator_role lead;
  std::vector<worker_role> workers;
  std::shared_ptr<const function_registry> functions;
  worker_permissions permissions;
  std::shared_ptr<capturing_logger> log;
  std::shared_ptr<dialer> dial;
  std::shared_ptr<client_board> board;
  client_actor session;
  error refused;
  incarnation last_incarnation = 100;
};

} // namespace troupe::test
