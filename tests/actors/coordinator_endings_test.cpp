#define CAF_SUITE coordinator_endings

#include "runtime/wire/caf_error.hpp"
#include "tests/actors/cluster_fixture.hpp"

#include <caf/test/dsl.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct fixture : test::cluster_fixture {
  /// A streamed job with ten inputs that stays open.
  submitted_job stream() {
    std::vector<std::string> inputs;
    for (int i = 0; i < 10; ++i) {
      inputs.emplace_back();
      encode_any(std::string{"x"}, inputs.back());
    }
    auto item = job_of("echo", "any", inputs);
    item.closed = false;
    item.spec.options.stream = true;
    auto job = submit(std::move(item));
    pass(50ms);
    CAF_REQUIRE(job.watch->source != nullptr);
    return job;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_endings_tests, fixture)

CAF_TEST(a_killed_aggregator_is_replaced) {
  start();
  auto job = stream();
  auto old = job.watch->source;
  auto read = job.watch->slices.size();
  CAF_REQUIRE(read > 0u);
  for (int i = 0; i < 10; ++i) {
    caf::anon_send_exit(job.watch->source, caf::exit_reason::kill);
    pass(50ms);
  }
  CAF_CHECK(job.watch->status.state == job_state::open);
  CAF_CHECK(job.watch->source != old);
  CAF_CHECK_EQUAL(job.watch->slices.size(), read); // Sent again, and known.
}

CAF_TEST(a_job_fails_when_its_aggregator_crashes_again_and_again) {
  start();
  auto job = stream();
  for (uint32_t i = 0; i < limits::aggregator_crashes_max; ++i) {
    CAF_CHECK(job.watch->status.state == job_state::open);
    CAF_REQUIRE(job.watch->source != nullptr);
    caf::exit_msg crash{nullptr, to_caf({errc::internal, "it threw"})};
    caf::anon_send(job.watch->source, std::move(crash));
    pass(50ms);
  }
  CAF_CHECK(job.watch->status.state == job_state::failed);
  CAF_CHECK(job.watch->status.reason.find("aggregator") != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
