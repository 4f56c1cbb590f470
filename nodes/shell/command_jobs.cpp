#include "nodes/shell/commands.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace troupe::shell {

namespace {

constexpr size_t limit_default = 50;

/// Which jobs are asked for.
struct job_filter {
  std::array<bool, job_state_count> states{}; ///< None: all.
  std::string name;                           ///< A part of it.

  bool is_open() const {
    return name.empty()
           && std::none_of(states.begin(), states.end(),
                           [](bool x) { return x; });
  }

  bool accepts(const job_status& job) const {
    auto any_state =
      std::none_of(states.begin(), states.end(), [](bool x) { return x; });
    return (any_state || states[static_cast<size_t>(job.state)])
           && job.name.find(name) != std::string::npos;
  }
};

outcome<job_filter> read_filter(const invocation& call) {
  job_filter out;
  out.name = call.text("name").value_or("");
  auto text = call.text("state");
  if (!text)
    return out;
  std::vector<std::string> names;
  for (size_t i = 0; i < job_state_count; ++i)
    names.emplace_back(to_string(static_cast<job_state>(i)));
  std::string_view rest = *text;
  for (;;) {
    auto comma = rest.find(',');
    auto name = rest.substr(0, comma);
    auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end())
      return refuse_usage(fmt::format(
        "--state: {} is no state of a job; those are {}{}", quote_text(name),
        fmt::join(names, ", "), did_you_mean(name, names)));
    out.states[static_cast<size_t>(known - names.begin())] = true;
    if (comma == std::string_view::npos)
      return out;
    rest.remove_prefix(comma + 1);
  }
}

/// Returns one more than `limit` if there are as many: then some are left out.
caf::expected<std::vector<job_status>>
find_jobs(const client& coordinator, const job_filter& filter, size_t limit) {
  auto most = limit == 0 || !filter.is_open()
                ? std::numeric_limits<size_t>::max()
                : limit + 1;
  auto jobs = coordinator.newest_jobs(most);
  if (jobs)
    std::erase_if(*jobs, [&](const auto& x) { return !filter.accepts(x); });
  return jobs;
}

} // namespace

outcome<exit_code> jobs_command(session& self) {
  auto filter = read_filter(self.call());
  if (!filter)
    return tl::unexpected{std::move(filter.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto limit =
    self.call().count("limit").value_or(self.json() ? 0 : limit_default);
  limit = std::min<uint64_t>(limit, std::numeric_limits<size_t>::max() - 1);
  auto jobs = find_jobs(*coordinator, *filter, limit);
  if (!jobs)
    return refuse(jobs.error());
  auto is_cut = limit > 0 && jobs->size() > limit;
  if (is_cut)
    jobs->resize(limit);
  if (self.json()) {
    std::vector<std::string> objects;
    for (const auto& job : *jobs)
      objects.push_back(job_json(job));
    self.out().write(json_array(objects) + "\n");
  } else {
    self.show(job_table(*jobs));
  }
  if (is_cut)
    self.say(fmt::format("only the newest {} are shown; --limit 0 shows all",
                         jobs->size()));
  return exit_code::done;
}

} // namespace troupe::shell
