#include "nodes/embed/client_core.hpp"
#include "nodes/embed/troupe/client.hpp"
#include "runtime/wire/validate.hpp"

#include <algorithm>
#include <iterator>

/// The client's part that asks what people want to know of a cluster.
namespace troupe {

namespace {

/// What a coordinator answers is checked, as anything from elsewhere.
template <class T>
caf::expected<T> checked(caf::expected<T> answer) {
  if (answer)
    if (auto ok = check(*answer); !ok)
      return to_caf(ok.error());
  return answer;
}

} // namespace

caf::expected<std::vector<std::string>>
client::ask(const ask_node& question) const {
  if (auto ok = check(question); !ok)
    return to_caf(ok.error());
  auto answer = checked(
    core_->ask_once<node_answer>(&cluster_handles::membership, question));
  if (!answer)
    return std::move(answer.error());
  return std::move(answer->documents);
}

caf::expected<cluster_load> client::load() const {
  return checked(core_->ask<cluster_load>(&cluster_handles::scheduler,
                                          show_load_atom::value));
}

caf::expected<void>
client::follow_events(job_id, const std::function<bool(const event&)>&,
                      const wait_options&,
                      const std::function<void(const std::string&)>&) const {
  return to_caf({errc::internal, "not there yet"});
}

caf::expected<std::vector<job_status>> client::newest_jobs(size_t most) const {
  std::vector<job_status> all;
  job_id before = 0;
  while (all.size() < most) {
    auto wanted = static_cast<uint32_t>(
      std::min<size_t>(most - all.size(), limits::jobs_per_page));
    auto page = core_->ask<std::vector<job_status>>(
      &cluster_handles::coordinator, list_jobs{before, wanted});
    if (!page)
      return std::move(page.error());
    std::move(page->begin(), page->end(), std::back_inserter(all));
    if (page->size() < wanted)
      break;
    before = all.back().id;
  }
  return all;
}

caf::expected<task_listing> client::tasks(const list_tasks& question) const {
  return checked(
    core_->ask<task_listing>(&cluster_handles::coordinator, question));
}

caf::expected<std::vector<job_share>> client::shares(job_id job) const {
  auto answer = checked(
    core_->ask<job_shares>(&cluster_handles::coordinator, list_shares{job}));
  if (!answer)
    return std::move(answer.error());
  return std::move(answer->items);
}

caf::expected<task_trace> client::trace(job_id job,
                                        std::optional<task_index> index) const {
  return checked(core_->ask<task_trace>(
    &cluster_handles::coordinator,
    trace_task{job, index.has_value(), index.value_or(0)}));
}

caf::expected<job_id> client::rerun(job_id job, bool only_dead) const {
  auto answer = checked(core_->ask_once<submit_reply>(
    &cluster_handles::coordinator, rerun_job{job, only_dead}));
  if (!answer)
    return std::move(answer.error());
  if (answer->why.code != errc::ok)
    return to_caf(answer->why);
  return answer->job;
}

} // namespace troupe
