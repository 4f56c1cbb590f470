#include "nodes/shell/progress_bar.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace troupe::shell {

namespace {

constexpr double smoothing_seconds = 5;
constexpr auto left_max = std::chrono::hours{24 * 30};
constexpr size_t bar_columns_min = 10;
constexpr size_t bar_columns_max = 50;

/// Returns a share in [0, 1].
double share_of(uint64_t part, uint64_t whole) {
  if (whole == 0)
    return 1;
  return std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

std::string draw_bar(double share, size_t columns) {
  auto inner = columns - 2;
  auto full = static_cast<size_t>(share * static_cast<double>(inner));
  std::string out = "[";
  out.append(full, '=');
  if (full < inner) {
    out += '>';
    out.append(inner - full - 1, ' ');
  }
  return out + "]";
}

/// The parts of the line but the bar, the most important first.
std::vector<std::string> parts_of(const progress_view& what) {
  std::vector<std::string> parts;
  if (what.open) {
    parts.push_back(fmt::format("{} of {} so far", format_count(what.done),
                                format_count(what.total)));
  } else {
    // 100 % only when nothing is left.
    auto percent =
      static_cast<int>(std::floor(share_of(what.done, what.total) * 100));
    if (what.done < what.total)
      percent = std::min(percent, 99);
    parts.push_back(fmt::format("{:3}%", percent));
    parts.push_back(fmt::format("{}/{} done", format_count(what.done),
                                format_count(what.total)));
  }
  if (what.dead > 0)
    parts.push_back(fmt::format("{} dead", format_count(what.dead)));
  if (what.cancelled > 0)
    parts.push_back(fmt::format("{} cancelled", format_count(what.cancelled)));
  if (what.left && what.left->count() > 0 && !what.open)
    parts.push_back(fmt::format("{} left", format_duration(*what.left)));
  if (what.per_second > 0)
    parts.push_back(per_second(what.per_second));
  return parts;
}

} // namespace

void rate_meter::update(uint64_t done, time_point now) {
  if (!at_) {
    at_ = now;
    done_ = done;
    return;
  }
  auto seconds = std::chrono::duration<double>(now - *at_).count();
  if (seconds <= 0 || done < done_ || (!measured_ && done == done_))
    return;
  auto rate = static_cast<double>(done - done_) / seconds;
  auto weight = measured_ ? 1 - std::exp(-seconds / smoothing_seconds) : 1.0;
  per_second_ += weight * (rate - per_second_);
  measured_ = true;
  at_ = now;
  done_ = done;
}

std::optional<std::chrono::seconds> rate_meter::left(uint64_t total) const {
  if (total <= done_)
    return std::chrono::seconds{0};
  if (per_second_ <= 0)
    return std::nullopt;
  auto seconds = static_cast<double>(total - done_) / per_second_;
  if (seconds > std::chrono::duration<double>(left_max).count())
    return std::nullopt;
  return std::chrono::seconds{static_cast<int64_t>(std::ceil(seconds))};
}

double average_rate(uint64_t count, uint64_t us) {
  return us == 0 ? 0
                 : static_cast<double>(count) * 1e6 / static_cast<double>(us);
}

void job_rate::update(const job_status& job, time_point now) {
  auto ended = job.succeeded + job.dead;
  auto waits = ended == 0 && job.running == 0;
  if (ended < ended_ || waits) { // It begins now, or its dead once more.
    meter_ = {};
    begun_ = true;
  } else if (!std::exchange(begun_, true)) {
    meter_.update(0, now - std::chrono::microseconds{job.seconds_us});
  }
  ended_ = ended;
  meter_.update(ended, now);
  left_ = meter_.left(job.tasks);
  per_second_ = is_terminal(job.state) ? average_rate(ended, job.seconds_us)
                                       : meter_.per_second();
}

progress_view progress_of(const job_status& job, double per_second,
                          std::optional<std::chrono::seconds> left) {
  return {job.succeeded,
          job.tasks,
          job.dead,
          job.cancelled,
          job.state == job_state::open,
          per_second,
          left};
}

std::string render(const progress_view& what, size_t columns) {
  auto room = columns > 0 ? columns - 1 : 0;
  std::string line;
  for (const auto& part : parts_of(what)) {
    auto gap = line.empty() ? "" : "  ";
    if (line.size() + std::char_traits<char>::length(gap) + part.size() > room)
      break;
    line += gap;
    line += part;
  }
  if (what.open || room < line.size() + 1 + bar_columns_min)
    return line;
  auto bar = std::min(room - line.size() - 1, bar_columns_max);
  auto ended = what.done + what.dead + what.cancelled;
  return draw_bar(share_of(ended, what.total), bar) + " " + line;
}

} // namespace troupe::shell
