#define CAF_SUITE resource_ledger

#include "runtime/base/limits.hpp"
#include "runtime/base/random.hpp"
#include "runtime/policy/resource_ledger.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;

namespace {

constexpr auto one = resource_unit;

} // namespace

CAF_TEST(no_cpus_mean_one_for_each_slot) {
  CAF_CHECK_EQUAL(whole_offer({0, 7, {}}, 4).cpus, 4 * one);
  CAF_CHECK_EQUAL(whole_offer({0, 7, {}}, 4).memory_bytes, 7u);
  CAF_CHECK_EQUAL(whole_offer({5'000, 0, {}}, 4).cpus, 5'000u);
}

CAF_TEST(what_runs_leaves_less_to_others) {
  struct row {
    const char* what;
    std::vector<resource_set> running;
    resource_set need;
    bool fits;
    bool ever;
  };
  const resource_set gpu{one, 0, {{"gpu", one}}};
  const resource_set half_gpu{one, 0, {{"gpu", one / 2}}};
  const row rows[] = {
    {"a usual task on an idle worker", {}, {}, true, true},
    {"the last cpu", {{}, {}, {}}, {}, true, true},
    {"no cpu left", {{}, {}, {}, {}}, {}, false, true},
    {"half a cpu left", {{35'000, 0, {}}}, {5'000, 0, {}}, true, true},
    {"not a whole one", {{35'000, 0, {}}}, {}, false, true},
    {"more cpus than there are", {}, {5 * one, 0, {}}, false, false},
    {"the memory is taken",
     {{one, limits::gib, {}}},
     {one, 1, {}},
     false,
     true},
    {"more memory than there is", {}, {one, limits::gib + 1, {}}, false, false},
    {"a gpu in use", {gpu}, gpu, false, true},
    {"half of a gpu", {half_gpu}, half_gpu, true, true},
    {"half of a gpu in use", {half_gpu}, gpu, false, true},
    {"others beside it", {gpu}, {}, true, true},
    {"what it does not have", {}, {one, 0, {{"licence", 1}}}, false, false},
  };
  for (const auto& [what, running, need, fits, ever] : rows) {
    CAF_MESSAGE(what);
    resource_ledger ledger{{0, limits::gib, {{"gpu", one}}}, 4};
    for (const auto& x : running) {
      CAF_REQUIRE(ledger.fits(x));
      ledger.take(x);
    }
    CAF_CHECK_EQUAL(ledger.fits(need), fits);
    CAF_CHECK_EQUAL(ledger.can_ever_fit(need), ever);
    for (const auto& x : running)
      ledger.give_back(x);
    CAF_CHECK(ledger.left() == ledger.whole());
  }
}

CAF_TEST(an_empty_ledger_has_room_for_nothing) {
  CAF_CHECK(!resource_ledger{}.fits({}));
  CAF_CHECK(!resource_ledger{}.can_ever_fit({1, 0, {}}));
}

CAF_TEST(it_never_lends_more_than_there_is) {
  const resource_set offer{3 * one, 100, {{"a", one}, {"b", 2 * one}}};
  auto random = make_seeded_random(1);
  auto draw = [&](uint64_t below) { return random->next() % below; };
  resource_ledger ledger{offer, 8};
  std::vector<resource_set> running;
  for (int step = 0; step < 10'000; ++step) {
    if (!running.empty() && draw(2) == 0) {
      auto i = running.begin() + static_cast<ptrdiff_t>(draw(running.size()));
      ledger.give_back(*i);
      running.erase(i);
    } else {
      resource_set need{1 + draw(one), draw(60), {}};
      for (auto name : {"a", "b"})
        if (auto amount = draw(one); amount % 2 == 0 && amount > 0)
          need.named.push_back({name, amount});
      if (ledger.fits(need)) {
        ledger.take(need);
        running.push_back(std::move(need));
      }
    }
    resource_set used{0, 0, {}};
    for (const auto& x : running)
      add(used, x);
    CAF_REQUIRE(covers(offer, used));
    add(used, ledger.left());
    CAF_REQUIRE(used == offer);
  }
}
