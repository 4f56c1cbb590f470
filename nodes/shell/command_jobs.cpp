#include "nodes/shell/commands.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

namespace {

constexpr size_t limit_default = 50;

} // namespace

outcome<exit_code> jobs_command(session& self) {
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto jobs = coordinator->jobs();
  if (!jobs)
    return refuse(jobs.error());
  std::sort(jobs->begin(), jobs->end(),
            [](const auto& x, const auto& y) { return x.id > y.id; });
  auto all = jobs->size();
  auto limit =
    self.call().count("limit").value_or(self.json() ? 0 : limit_default);
  if (limit > 0 && all > limit)
    jobs->resize(limit);
  if (self.json()) {
    std::vector<std::string> objects;
    for (const auto& job : *jobs)
      objects.push_back(job_json(job));
    self.out().write(json_array(objects) + "\n");
  } else {
    self.show(job_table(*jobs));
  }
  if (jobs->size() < all)
    self.say(fmt::format("{} of {} jobs are shown; --limit 0 shows all",
                         jobs->size(), all));
  return exit_code::done;
}

} // namespace troupe::shell
