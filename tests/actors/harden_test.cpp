#define CAF_SUITE harden

#include "actors/harden.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/messages.hpp"
#include "runtime/wire/register.hpp"

#include <caf/test/dsl.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <stdexcept>
#include <string>

using namespace troupe;

namespace {

using throw_atom = caf::atom_constant<caf::atom("throw")>;
using strange_atom = caf::atom_constant<caf::atom("strange")>;
using counter_actor = caf::typed_actor<caf::replies_to<int>::with<int>>;

struct config : caf::actor_system_config {
  config() {
    register_types(*this);
  }
};

caf::behavior counter(caf::event_based_actor* self, logger_ptr log) {
  harden(self, log);
  return {
    [](int x) { return x + 1; },
    [](throw_atom) { throw std::runtime_error{"the disk\nis on fire"}; },
  };
}

counter_actor::behavior_type typed_counter(counter_actor::pointer self,
                                           logger_ptr log) {
  harden(self, log);
  return {[](int x) { return x + 1; }};
}

struct fixture : test_coordinator_fixture<config> {
  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  caf::actor hard = sys.spawn(counter, logger_ptr{log});

  bool alive(const caf::actor& who) {
    bool answered = false;
    auto answer = self->request(who, caf::infinite, 1);
    sched.run();
    answer.receive([&](int x) { answered = x == 2; }, [](const caf::error&) {});
    return answered;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(harden_tests, fixture)

CAF_TEST(drops_a_message_that_it_does_not_know_and_spares_the_sender) {
  self->send(hard, strange_atom::value, std::string{"secret"}, lease_id{});
  sched.run();
  CAF_CHECK(!self->has_next_message());
  CAF_CHECK(alive(hard));
  auto records = log->records();
  CAF_REQUIRE_EQUAL(records.size(), 1u);
  CAF_CHECK(records[0].level == log_level::warn);
  const auto& what = records[0].fields[0].second;
  CAF_CHECK(what.find("strange") != std::string::npos);
  CAF_CHECK(what.find("secret") == std::string::npos);
}

CAF_TEST(answers_a_request_that_it_does_not_know) {
  error got;
  auto answer = self->request(hard, caf::infinite, strange_atom::value);
  sched.run();
  answer.receive([] { CAF_FAIL("an empty answer"); },
                 [&](const caf::error& x) { got = from_caf(x); });
  CAF_CHECK_EQUAL(to_string(got.code), "protocol_violation");
  CAF_CHECK(got.text.find("strange") != std::string::npos);
  CAF_CHECK(alive(hard));
}

CAF_TEST(warns_now_and_then_and_counts_the_rest) {
  for (int i = 0; i < 5; ++i)
    self->send(hard, strange_atom::value);
  sched.run();
  CAF_CHECK_EQUAL(log->records().size(), 1u);
  advance_time(harden_warning_interval);
  self->send(hard, strange_atom::value);
  sched.run();
  auto records = log->records();
  CAF_REQUIRE_EQUAL(records.size(), 2u);
  CAF_CHECK_EQUAL(records[0].fields[2].second, "0");
  CAF_CHECK_EQUAL(records[1].fields[2].second, "4");
}

CAF_TEST(survives_error_messages) {
  self->send(hard, caf::make_error(caf::sec::unexpected_message));
  self->send(hard, to_caf(error{errc::job_ended, "job 3 is over"}));
  sched.run();
  CAF_CHECK(alive(hard));
  CAF_CHECK(log->contains("dropped an error message"));
}

CAF_TEST(ends_of_an_exception_with_our_error) {
  error reason;
  self->monitor(hard);
  self->send(hard, throw_atom::value);
  sched.run();
  self->receive([&](caf::down_msg& x) { reason = from_caf(x.reason); });
  CAF_CHECK_EQUAL(to_string(reason.code), "internal");
  CAF_CHECK(reason.text.find("the disk\\nis on fire") != std::string::npos);
  auto records = log->records();
  CAF_REQUIRE_EQUAL(records.size(), 1u);
  CAF_CHECK(records[0].level == log_level::error);
  CAF_CHECK_EQUAL(records[0].fields[0].second, "the disk\\nis on fire");
}

CAF_TEST(hardens_typed_actors_too) {
  auto typed =
    caf::actor_cast<caf::actor>(sys.spawn(typed_counter, logger_ptr{log}));
  self->send(typed, strange_atom::value);
  self->send(typed, caf::make_error(caf::sec::unexpected_message));
  sched.run();
  CAF_CHECK(!self->has_next_message());
  CAF_CHECK(alive(typed));
  CAF_CHECK_EQUAL(log->records().size(), 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
