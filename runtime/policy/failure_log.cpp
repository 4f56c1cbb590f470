#include "runtime/policy/failure_log.hpp"

#include <algorithm>

namespace troupe {

namespace {

uint64_t microseconds(duration x) {
  return static_cast<uint64_t>(std::max<int64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(x).count(), 0));
}

/// The first line says most; a screen has room for no more.
std::string clipped(const std::string& text) {
  return text.size() <= limits::history_text_bytes_max
           ? text
           : text.substr(0, limits::history_text_bytes_max) + "...";
}

std::string count_text(uint64_t count, const char* one, const char* many) {
  return std::to_string(count) + " more " + (count == 1 ? one : many);
}

} // namespace

void failure_log::note(const failure& what, time_point now) {
  if (recent_.size() >= limits::recent_failures_max)
    recent_.pop_front();
  recent_.push_back(
    {{what.job, what.index, what.node, what.code, clipped(what.text), 0}, now});
  if (now >= interval_end_ && sums_.empty()) {
    interval_end_ = now + interval;
    told_ = 0;
  }
  if (told_ >= news_max)
    return add_sum(what);
  ++told_;
  news_.push_back({what.job, what.index, what.node, what.dead,
                   clipped(to_string(error{what.code, what.text}))});
}

void failure_log::add_sum(const failure& what) {
  auto i = sums_.find(what.job);
  if (i == sums_.end() && sums_.size() < news_max)
    i = sums_.try_emplace(what.job).first;
  auto& to = i == sums_.end() ? others_ : i->second;
  ++(what.dead ? to.dead : to.failed);
  to.last = what.index;
}

std::vector<recent_failure> failure_log::recent(time_point now) const {
  std::vector<recent_failure> result;
  for (auto i = recent_.rbegin(); i != recent_.rend(); ++i) {
    result.push_back(i->what);
    result.back().ago_us = microseconds(now - i->at);
  }
  return result;
}

std::vector<failure_log::news> failure_log::take_news(time_point now) {
  auto result = std::exchange(news_, {});
  if (auto due = next_due(); due && now >= *due)
    append_sums(result);
  return result;
}

std::optional<time_point> failure_log::next_due() const {
  if (sums_.empty())
    return std::nullopt;
  return interval_end_;
}

void failure_log::append_sums(std::vector<news>& out) {
  auto append = [&](job_id job, const sum& of, const char* whose) {
    if (of.failed > 0)
      out.push_back(
        {job,
         of.last,
         {},
         false,
         count_text(of.failed, "attempt", "attempts") + whose + " failed"});
    if (of.dead > 0)
      out.push_back({job,
                     of.last,
                     {},
                     true,
                     count_text(of.dead, "task", "tasks") + whose
                       + (of.dead == 1 ? " was" : " were") + " given up"});
  };
  for (const auto& [job, of] : sums_)
    append(job, of, " of the job");
  append(0, others_, " of other jobs");
  sums_.clear();
  others_ = {};
}

} // namespace troupe
