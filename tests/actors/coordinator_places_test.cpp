#define CAF_SUITE coordinator_places

#include "actors/coordinator.hpp"
#include "tests/actors/puppet.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using test::inline_body;
using test::packed_of;
using test::puppet;

namespace {

/// The test plays everybody around the coordinator.
struct fixture : test::stage {
  fixture() {
    coordinator_options terms;
    terms.store = store.as<store_actor>();
    terms.scheduler = scheduler.as<scheduler_actor>();
    terms.membership = membership.as<membership_actor>();
    terms.events = hub.as<event_hub_actor>();
    terms.log = log;
    subject = sys.spawn(coordinator, terms);
    sched.run();
  }

  ~fixture() override {
    end(subject);
  }

  static submit_item labelled_item() {
    submit_item result;
    result.spec.function = "echo";
    result.spec.input_type = "any";
    result.spec.options.needs = {5'000, 7, {{"gpu", 10'000}}};
    result.spec.options.labels = {"zone=a"};
    result.spec.options.prefers = {"ssd"};
    result.spec.options.placement = "locality";
    result.inputs = inline_body(packed_of({"x"}));
    result.near = "zone=a";
    return result;
  }

  /// Returns the jobs and inputs that the scheduler was told of.
  schedule scheduled() {
    schedule result;
    for (auto& x : scheduler.take_all<schedule>()) {
      for (auto& job : x.jobs)
        result.jobs.push_back(std::move(job));
      for (auto& inputs : x.inputs)
        result.inputs.push_back(std::move(inputs));
    }
    return result;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  puppet store{sys};
  puppet scheduler{sys};
  puppet membership{sys};
  puppet hub{sys};
  puppet client{sys};
  coordinator_actor subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_places_tests, fixture)

CAF_TEST(what_a_job_says_about_its_place_reaches_store_and_scheduler) {
  auto item = labelled_item();
  client.send(subject, submit_jobs{1, {item}});
  sched.run();
  auto put = store.take<store_put_jobs>();
  CAF_REQUIRE(put.has_value());
  CAF_REQUIRE_EQUAL(put->items.size(), 1u);
  CAF_CHECK_EQUAL(put->items[0].near, "zone=a");
  store.send(subject,
             store_put_jobs_done{put->ticket, {{7, false, {0, 1}, {}}}});
  sched.run();
  auto first = scheduled();
  CAF_REQUIRE_EQUAL(first.jobs.size(), 1u);
  CAF_CHECK(first.jobs[0].header.needs == item.spec.options.needs);
  CAF_CHECK(first.jobs[0].options.labels == item.spec.options.labels);
  CAF_CHECK(first.jobs[0].options.prefers == item.spec.options.prefers);
  CAF_CHECK_EQUAL(first.jobs[0].options.placement, "locality");
  CAF_REQUIRE_EQUAL(first.inputs.size(), 1u);
  CAF_CHECK_EQUAL(first.inputs[0].near, "zone=a");
  append_inputs more{7, 1, inline_body(packed_of({"y"})), true, "w1"};
  client.send(subject, more);
  sched.run();
  auto inputs = store.take<store_put_inputs>();
  CAF_REQUIRE(inputs.has_value());
  CAF_CHECK_EQUAL(inputs->near, "w1");
  store.send(subject, store_put_inputs_done{inputs->ticket, 7, {1, 2}, {}});
  sched.run();
  auto second = scheduled();
  CAF_REQUIRE_EQUAL(second.inputs.size(), 1u);
  CAF_CHECK_EQUAL(second.inputs[0].near, "w1");
  CAF_CHECK(second.inputs[0].closed);
}

CAF_TEST(a_place_that_cannot_be_is_refused) {
  auto item = labelled_item();
  item.spec.options.placement = "best";
  auto greedy = labelled_item();
  greedy.spec.options.needs.cpus = 0;
  auto far = labelled_item();
  far.near = std::string(limits::name_bytes_max + 1, 'x');
  client.send(subject, submit_jobs{1, {item, greedy, far}});
  sched.run();
  CAF_CHECK(!store.take<store_put_jobs>().has_value());
  auto reply = client.take<submit_replies>();
  CAF_REQUIRE(reply.has_value());
  CAF_REQUIRE_EQUAL(reply->items.size(), 3u);
  CAF_CHECK_EQUAL(to_string(reply->items[0].why.code), "bad_usage");
  CAF_CHECK_EQUAL(to_string(reply->items[1].why.code), "bad_args");
  CAF_CHECK_EQUAL(to_string(reply->items[2].why.code), "protocol_violation");
}

CAF_TEST_FIXTURE_SCOPE_END()
