#define CAF_SUITE coordinator_rebuild

#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/actor_cast.hpp>
#include <caf/test/dsl.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

using handles = coordinator_directory::handles;

/// An actor of the coordinator that may crash.
struct victim {
  const char* name;
  std::function<caf::actor(const handles&)> of;
};

template <class Handle>
victim victim_of(const char* name, Handle handles::*member) {
  return {name, [member](const handles& x) {
            return caf::actor_cast<caf::actor>(x.*member);
          }};
}

struct fixture : test::cluster_fixture {
  fixture() {
    auto known = std::make_shared<function_registry>();
    CAF_REQUIRE(add_builtin_functions(*known).has_value());
    auto crash_at = [this](int64_t x) {
      ++runs;
      if (x == crash_index)
        kill();
      return x;
    };
    CAF_REQUIRE(known->add("crash", crash_at).has_value());
    functions = known;
  }

  void kill() {
    if (auto whom = next->of(now()))
      caf::anon_send_exit(whom, caf::exit_reason::kill);
  }

  void kill(const victim& whom) {
    next = &whom;
    kill();
    sched.run();
  }

  static dead_selector of_job(job_id job) {
    dead_selector result;
    result.job = job;
    return result;
  }

  /// Also of a job that ended while its client was away.
  template <class T>
  T fetched(const submitted_job& job) {
    CAF_REQUIRE(job.watch->ended);
    auto wanted = std::make_shared<fetch_call>();
    wanted->job = job.id();
    call([=](client_session_state& at) { at.fetch(wanted); });
    CAF_REQUIRE(wanted->done && wanted->problem.code == errc::ok);
    auto value = decode_as<T>(wanted->reply.result.bytes.view(),
                              wanted->reply.status.result_type);
    CAF_REQUIRE(value.has_value());
    return *value;
  }

  job_audit audit(job_id job) {
    job_audit result;
    auto pending = watcher.ask(now().coordinator, verify_job{job});
    sched.run();
    pending.receive([&](const job_audit& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no audit"); });
    return result;
  }

  const std::vector<victim> victims{
    victim_of("store", &handles::store),
    victim_of("membership", &handles::membership),
    victim_of("scheduler", &handles::scheduler),
    victim_of("coordinator", &handles::coordinator)};
  const victim* next = nullptr;
  int64_t crash_index = -1;
  uint64_t runs = 0;
  puppet watcher{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_rebuild_tests, fixture)

CAF_TEST(a_job_survives_the_crash_of_anybody_in_the_middle_of_it) {
  start(2);
  for (const auto& whom : victims) {
    CAF_MESSAGE(whom.name);
    next = &whom;
    crash_index = 5'000;
    auto job = submit(range_job("crash", 0, 20'000, "sum"));
    pass(10s);
    CAF_CHECK_EQUAL(fetched<int64_t>(job), 199'990'000);
    auto found = audit(job.id());
    CAF_CHECK(found.ok);
    CAF_CHECK_EQUAL(found.accepted, 20'000u);
  }
}

CAF_TEST(what_was_accepted_is_not_run_again) {
  start();
  for (const auto& whom : victims) {
    CAF_MESSAGE(whom.name);
    auto job = submit(range_job("crash", 0, 100, "collect"));
    pass(100ms);
    auto ended = submit(range_job("crash", 0, 100, "count"));
    CAF_REQUIRE(ended.watch->ended);
    runs = 0;
    kill(whom);
    pass(5s);
    CAF_CHECK_EQUAL(runs, 0u);
    CAF_CHECK_EQUAL(ended.watch->status.attempts, 100u);
    CAF_MESSAGE("the jobs are still known, with their results");
    auto pending = watcher.ask(now().coordinator, describe_job{job.id()});
    sched.run();
    pending.receive(
      [](const job_status& x) {
        CAF_CHECK(x.state == job_state::succeeded);
        CAF_CHECK_EQUAL(x.succeeded, 100u);
        CAF_CHECK_EQUAL(x.attempts, 100u);
      },
      [](const caf::error&) { CAF_FAIL("the job is not known"); });
  }
}

CAF_TEST(attempts_count_across_a_crash) {
  start();
  for (const auto& whom : victims) {
    CAF_MESSAGE(whom.name);
    auto item = job_of("fail", "uint", {encoded(uint64_t{2})});
    item.spec.options.retries = 2;
    item.spec.options.backoff_base_ms = 1'000;
    item.spec.options.backoff_cap_ms = 1'000;
    auto job = submit(std::move(item)); // It has failed once now.
    kill(whom);
    pass(30s);
    CAF_REQUIRE(job.watch->ended);
    CAF_CHECK(job.watch->status.state == job_state::succeeded);
    CAF_CHECK_EQUAL(job.watch->status.attempts, 3u);
    CAF_CHECK(fetched<std::vector<uint64_t>>(job) == std::vector<uint64_t>{3});
  }
}

CAF_TEST(an_open_job_takes_the_rest_of_its_inputs) {
  start();
  for (const auto& whom : victims) {
    CAF_MESSAGE(whom.name);
    auto item = job_of("crash", "int", {encoded(int64_t{1})});
    item.closed = false;
    auto job = submit(std::move(item));
    kill(whom);
    pass(5s);
    CAF_REQUIRE(board->connected);
    auto feed = std::make_shared<feed_call>();
    feed->job = job.id();
    packed_builder more;
    more.add(encoded(int64_t{2}));
    append_inputs last{job.id(), 1, {}, true};
    last.inputs.bytes = blob{more.finish()};
    last.inputs.size = last.inputs.bytes.size();
    call([=](client_session_state& at) { at.feed(feed, last); });
    pass(5s);
    CAF_CHECK(fetched<std::vector<int64_t>>(job)
              == std::vector<int64_t>({1, 2}));
  }
}

CAF_TEST(results_are_merged_although_no_worker_came_back) {
  start_lead();
  connect_client();
  for (auto known_before : {false, true}) {
    CAF_MESSAGE("a worker was there before the job: " << known_before);
    if (known_before)
      add_worker("w1");
    auto item = job_of("crash", "int", {encoded(int64_t{7})});
    item.closed = false;
    auto job = submit(std::move(item));
    if (!known_before)
      add_worker("w1");
    pass(1s);
    kill_worker(workers.size() - 1);
    kill(victims[1]);
    pass(5s);
    auto pending = watcher.ask(now().coordinator, cancel_job{job.id()});
    pass(1s);
    pending.receive(
      [](const job_status& x) {
        CAF_CHECK(x.state == job_state::cancelled);
        CAF_CHECK_EQUAL(x.succeeded, 1u);
      },
      [](const caf::error&) { CAF_FAIL("not cancelled"); });
    CAF_CHECK(fetched<std::vector<int64_t>>(job) == std::vector<int64_t>({7}));
  }
}

CAF_TEST(dead_letters_and_the_end_of_a_job_are_kept) {
  start();
  for (const auto& whom : victims) {
    CAF_MESSAGE(whom.name);
    auto item = job_of("fail", "uint", {encoded(uint64_t{9})});
    item.spec.options.retries = 0;
    auto job = submit(std::move(item));
    CAF_REQUIRE(job.watch->status.state == job_state::failed);
    kill(whom);
    pass(5s);
    auto pending =
      watcher.ask(now().coordinator, list_dead{of_job(job.id()), 0, 0, 10});
    sched.run();
    pending.receive(
      [](const dead_letters& x) { CAF_CHECK_EQUAL(x.items.size(), 1u); },
      [](const caf::error&) { CAF_FAIL("no dead letters"); });
    auto again = watcher.ask(now().coordinator, requeue_dead{of_job(job.id())});
    sched.run();
    again.receive([](const dead_changed& x) { CAF_CHECK_EQUAL(x.letters, 1u); },
                  [](const caf::error&) { CAF_FAIL("not requeued"); });
    pass(1s);
  }
}

CAF_TEST(a_submit_under_way_is_stored_once) {
  start();
  for (const auto& whom : victims) {
    CAF_MESSAGE(whom.name);
    auto job = send_submit(range_job("noop", 0, 10, "count"));
    next = &whom;
    for (int step = 0; step < 6; ++step)
      sched.run_once();
    kill();
    pass(5s);
    CAF_REQUIRE(job.call->done);
    CAF_CHECK_EQUAL(fetched<uint64_t>(job), 10u);
  }
  auto pending = watcher.ask(now().coordinator, list_jobs{0, 100});
  sched.run();
  pending.receive(
    [this](const std::vector<job_status>& x) {
      CAF_CHECK_EQUAL(x.size(), victims.size());
    },
    [](const caf::error&) { CAF_FAIL("no list"); });
}

CAF_TEST_FIXTURE_SCOPE_END()
