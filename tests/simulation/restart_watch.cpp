#include "tests/simulation/restart_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace troupe::simulation {

namespace {

using namespace std::chrono_literals;

/// What the trees of docs/supervision.md tolerate.
struct tolerance {
  std::string_view supervisor;
  size_t restarts;
  duration period;
};

constexpr tolerance tolerances[] = {
  {"coordinator", 10, 10s},
  {"coordinator/cluster", 10, 5s},
  {"worker", 10, 10s},
  {"worker/worker_tree", 10, 5s},
};

std::string_view value_of(const log_record& what, std::string_view key) {
  for (const auto& x : what.fields)
    if (x.key == key)
      return x.value;
  return {};
}

} // namespace

restart_watch::restart_watch(std::function<time_point()> now,
                             std::function<void(const std::string&)> violated)
  : logger(log_level::debug), now_(std::move(now)),
    violated_(std::move(violated)) {
  // nop
}

void restart_watch::write(const log_record& what) {
  if (what.component != "supervisor")
    return;
  auto path = value_of(what, "supervisor");
  auto of = std::find_if(std::begin(tolerances), std::end(tolerances),
                         [&](const auto& x) { return x.supervisor == path; });
  if (of == std::end(tolerances))
    return;
  auto& failures = failures_.try_emplace(std::string{path}).first->second;
  if (what.text == "gives up after too many restarts") {
    failures.clear(); // Its successor begins anew.
  } else if (what.text == "child ended" || what.text == "child did not start") {
    failures.push_back(now_());
    while (failures.front() + of->period < now_())
      failures.pop_front();
  } else if (what.text == "child is up" && failures.size() > of->restarts) {
    violated_(fmt::format("I5: {} goes on after {} restarts in {} s, more than "
                          "the {} that it tolerates",
                          path, failures.size(),
                          std::chrono::duration<double>(of->period).count(),
                          of->restarts));
    failures.clear();
  }
}

} // namespace troupe::simulation
