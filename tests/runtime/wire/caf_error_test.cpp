#define CAF_SUITE caf_error

#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/pec.hpp>
#include <caf/sec.hpp>
#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(every_code_survives_the_way_there_and_back) {
  for (uint8_t i = 0; i < errc_count; ++i) {
    error bare{static_cast<errc>(i), {}};
    CAF_CHECK(from_caf(to_caf(bare)) == bare);
    if (i == 0)
      continue;
    error full{static_cast<errc>(i), "what failed, where, what to do"};
    CAF_CHECK(from_caf(to_caf(full)) == full);
  }
}

CAF_TEST(no_error_stays_no_error) {
  CAF_CHECK(!to_caf(error{}));
  CAF_CHECK(from_caf(caf::none) == error{});
}

CAF_TEST(errors_of_caf_get_the_code_that_fits) {
  struct row {
    const char* what;
    caf::error from;
    errc want;
  };
  using caf::exit_reason;
  using caf::make_error;
  using caf::sec;
  const row rows[] = {
    {"timeout", make_error(sec::request_timeout), errc::timed_out},
    {"receiver", make_error(sec::request_receiver_down), errc::connection_lost},
    {"route", make_error(sec::no_route_to_receiving_node),
     errc::connection_lost},
    {"message", make_error(sec::unexpected_message), errc::protocol_violation},
    {"reply", make_error(sec::unexpected_response), errc::protocol_violation},
    {"port", make_error(sec::no_actor_published_at_port), errc::cannot_connect},
    {"node", make_error(sec::cannot_connect_to_node), errc::cannot_connect},
    {"handshake", make_error(sec::disconnect_during_handshake),
     errc::cannot_connect},
    {"listen", make_error(sec::cannot_open_port), errc::port_in_use},
    {"throw", make_error(sec::runtime_error), errc::internal},
    {"unknown sec", caf::error{250, caf::atom("system")}, errc::internal},
    {"link", make_error(exit_reason::remote_link_unreachable),
     errc::connection_lost},
    {"shutdown", make_error(exit_reason::user_shutdown), errc::connection_lost},
    {"killed", make_error(exit_reason::kill), errc::connection_lost},
    {"exception", make_error(exit_reason::unhandled_exception), errc::internal},
    {"parser", make_error(caf::pec::unexpected_eof), errc::internal},
    {"stranger", caf::error{3, caf::atom("else")}, errc::internal},
  };
  for (const auto& [what, from, want] : rows) {
    CAF_MESSAGE(what);
    auto got = from_caf(from);
    CAF_CHECK_EQUAL(to_string(got.code), to_string(want));
    CAF_CHECK(!got.text.empty());
  }
}

CAF_TEST(a_hostile_error_is_tamed) {
  struct row {
    const char* what;
    caf::error from;
    error want;
  };
  constexpr auto ours = caf_error_category;
  const row rows[] = {
    {"unknown code",
     caf::error{200, ours, caf::make_message(std::string{"x"})},
     {errc::internal, "x"}},
    {"context of another type",
     caf::error{9, ours, caf::make_message(uint64_t{1})},
     {errc::job_ended, {}}},
    {"text without end",
     caf::error{9, ours, caf::make_message(std::string(1'000'000, 'x'))},
     {errc::job_ended, std::string(limits::error_text_bytes_max, 'x')}},
  };
  for (const auto& [what, from, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK(from_caf(from) == want);
  }
}

CAF_TEST(results_become_expected_values) {
  auto good = to_caf(result<int>{7});
  CAF_REQUIRE(good);
  CAF_CHECK_EQUAL(*good, 7);
  auto bad = to_caf(result<int>{fail(errc::bad_input, "input 3")});
  CAF_REQUIRE(!bad);
  CAF_CHECK((from_caf(bad.error()) == error{errc::bad_input, "input 3"}));
}
