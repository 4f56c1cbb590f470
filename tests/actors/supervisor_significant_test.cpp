#define CAF_SUITE supervisor_significant

// The cases of OTP's supervisor_SUITE, by their names there, that are about
// automatic shutdown.

#include "tests/actors/supervisor_fixture.hpp"

#include <chrono>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

using lines = std::vector<std::string>;
using strategy = supervision_strategy;

namespace {

const std::string by_hand = "by hand";
const std::string ways[] = {by_hand, end_killed, end_normal, end_shutdown,
                            end_abnormal};

struct fixture : supervision_stage {
  static supervisor_flags ending(auto_shutdown mode,
                                 strategy how = strategy::one_for_one) {
    auto x = flags(how, 10);
    x.shutdown = mode;
    return x;
  }

  child_spec significant(const std::string& id, restart_type type) {
    auto x = spec(id, type);
    x.rules.significant = true;
    return x;
  }

  void end_child(const supervisor_actor& top, const std::string& id,
                 const caf::actor& child, const std::string& how) {
    if (how != by_hand)
      return crash(child, how);
    auto is_simple = id.empty();
    order(top, terminate_child{id, is_simple ? child : nullptr});
  }

  /// Ends one significant child of two; then the other one.
  void both_end(restart_type type, auto_shutdown mode, const std::string& how,
                const lines& want) {
    CAF_MESSAGE(to_string(type) << " " << to_string(mode) << " " << how);
    auto top = start_top(ending(mode), {significant("a", type),
                                        significant("b", type), spec("c")});
    end_child(top, "a", child_of(top, "a"), how);
    CAF_CHECK_EQUAL(end_of(top), want[0]);
    if (want[0] != "lives")
      return;
    end_child(top, "b", child_of(top, "b"), how);
    CAF_CHECK_EQUAL(end_of(top), want[1]);
  }

  void never_fires(restart_type type) {
    for (auto mode : {auto_shutdown::never, auto_shutdown::any_significant,
                      auto_shutdown::all_significant}) {
      for (const auto& how : ways) {
        CAF_MESSAGE(to_string(mode) << " " << how);
        auto top = start_top(ending(mode), {spec("a", type)});
        end_child(top, "a", child_of(top, "a"), how);
        CAF_CHECK_EQUAL(end_of(top), "lives");
      }
    }
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(supervisor_significant_tests, fixture)

CAF_TEST(nonsignificant_temporary) {
  never_fires(restart_type::temporary);
}

CAF_TEST(nonsignificant_transient) {
  never_fires(restart_type::transient);
}

CAF_TEST(significant_temporary) {
  using enum auto_shutdown;
  for (const auto& how : ways) {
    const lines lives{"lives", "lives"};
    const auto fires = how != by_hand;
    both_end(restart_type::temporary, any_significant, how,
             fires ? lines{"shutdown", ""} : lives);
    both_end(restart_type::temporary, all_significant, how,
             fires ? lines{"lives", "shutdown"} : lives);
  }
  CAF_CHECK_EQUAL(reported(supervision_event::auto_shutdown), 8u);
}

CAF_TEST(significant_transient) {
  using enum auto_shutdown;
  for (const auto& how : ways) {
    const lines lives{"lives", "lives"};
    // After an abnormal end it is restarted: it has not ended for good.
    const auto fires = how == end_normal || how == end_shutdown;
    both_end(restart_type::transient, any_significant, how,
             fires ? lines{"shutdown", ""} : lives);
    both_end(restart_type::transient, all_significant, how,
             fires ? lines{"lives", "shutdown"} : lives);
  }
}

CAF_TEST(significant_simple) {
  using enum auto_shutdown;
  for (auto type : {restart_type::temporary, restart_type::transient}) {
    for (auto mode : {any_significant, all_significant}) {
      for (const auto& how : ways) {
        CAF_MESSAGE(to_string(type) << " " << to_string(mode) << " " << how);
        auto top = start_top(ending(mode, strategy::simple_one_for_one),
                             {significant("child", type)});
        auto one = add(top);
        auto two = add(top);
        const auto fires = type == restart_type::temporary
                             ? how != by_hand
                             : how == end_normal || how == end_shutdown;
        end_child(top, "", one, how);
        CAF_CHECK_EQUAL(
          end_of(top), fires && mode == any_significant ? "shutdown" : "lives");
        if (end_of(top) != "lives")
          continue;
        end_child(top, "", two, how);
        CAF_CHECK_EQUAL(end_of(top), fires ? "shutdown" : "lives");
      }
    }
  }
}

CAF_TEST(significant_bystander) {
  using enum auto_shutdown;
  for (auto how : {strategy::one_for_all, strategy::rest_for_one}) {
    for (auto mode : {any_significant, all_significant}) {
      for (auto type : {restart_type::temporary, restart_type::transient}) {
        CAF_MESSAGE(to_string(how)
                    << " " << to_string(mode) << " " << to_string(type));
        auto top =
          start_top(ending(mode, how), {spec("a"), significant("b", type)});
        crash(child_of(top, "a"), end_abnormal);
        CAF_CHECK_EQUAL(end_of(top), "lives");
        CAF_CHECK(states(top)
                  == (type == restart_type::temporary
                        ? lines{"a running"}
                        : lines({"a running", "b running"})));
      }
    }
  }
}

CAF_TEST(significant_escalation) {
  // The end of a grandchild ends its supervisor, whose end ends the top one.
  auto middle = supervisor_child(
    {"middle", restart_type::transient},
    [this](const start_context&) -> result<std::optional<supervisor_options>> {
      return std::optional{options(
        ending(auto_shutdown::any_significant),
        {significant("leaf", restart_type::transient), spec("bystander")})};
    });
  middle.rules.significant = true;
  auto top =
    start_top(ending(auto_shutdown::any_significant), {middle, spec("other")});
  crash(book->latest["leaf"], end_normal);
  CAF_CHECK_EQUAL(end_of(top), "shutdown");
  CAF_CHECK(book->ends
            == lines({"leaf normal", "bystander shutdown", "other shutdown"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
