#include "runtime/wire/result_merger.hpp"

#include "runtime/function/codec.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe {

result_merger::result_merger(terms what)
  : terms_(std::move(what)),
    reducer_(make_reducer(terms_.reducer, terms_.function_result_type)) {
  if (reducer_ && !reducer_->keeps_results)
    state_ = reducer_->init();
}

result<void> result_merger::add(const accept_record& record) {
  if (!reducer_)
    return tl::unexpected{reducer_.error()};
  if (reducer_->keeps_results || reducer_->ordered) {
    if (auto ok = keep(record); !ok)
      return ok;
  } else if (!record.results.empty()) {
    if (auto ok = state_->merge(record.results.view()); !ok)
      return ok;
  }
  return check_size(bytes());
}

result<void> result_merger::resume(const blob& partial) {
  if (!reducer_)
    return tl::unexpected{reducer_.error()};
  if (reducer_->keeps_results || reducer_->ordered)
    return fail(errc::internal, "a job that keeps its results has a merged "
                                "partial; please report this");
  return state_->merge(partial.view());
}

result<void> result_merger::check_size(uint64_t bytes) const {
  if (bytes <= terms_.bytes_max)
    return {};
  return fail(errc::job_result_too_large,
              "the merged result is larger than its limit of "
                + std::to_string(terms_.bytes_max)
                + " bytes: choose a reducer, stream the results, or raise "
                  "coordinator.job_result_limit");
}

result<void> result_merger::keep(const accept_record& record) {
  auto refuse = [&](const std::string& why) {
    return fail(errc::protocol_violation, "a slice " + to_string(record.range)
                                            + " of job "
                                            + std::to_string(record.job) + why);
  };
  for (auto i = record.failed.begin(); i != record.failed.end(); ++i)
    if (!record.range.contains(*i)
        || (i != record.failed.begin() && *i <= *std::prev(i)))
      return refuse(" has failed tasks that are not in order");
  if (record.range.size() == record.failed.size())
    return {};
  auto view = packed_view::parse(record.results.view());
  if (!view)
    return tl::unexpected{std::move(view.error())};
  if (view->size() != record.range.size() - record.failed.size())
    return refuse(" has " + std::to_string(view->size()) + " results for "
                  + std::to_string(record.range.size() - record.failed.size())
                  + " tasks");
  uint32_t position = 0;
  auto add_piece = [&](task_index begin, task_index end) {
    if (begin >= end)
      return true;
    auto next = pieces_.lower_bound(begin);
    if ((next != pieces_.end() && next->first < end)
        || (next != pieces_.begin() && std::prev(next)->second.end > begin))
      return false;
    pieces_.emplace_hint(next, begin,
                         piece{end, record.results, *view, position});
    position += static_cast<uint32_t>(end - begin);
    piece_tasks_ += end - begin;
    return true;
  };
  auto begin = record.range.begin;
  auto is_new = true;
  for (auto failed : record.failed) {
    is_new = is_new && add_piece(begin, failed);
    begin = failed + 1;
  }
  if (!is_new || !add_piece(begin, record.range.end))
    return refuse(" came twice");
  piece_bytes_ += record.results.size();
  result_bytes_ += view->data().size();
  return {};
}

size_t result_merger::bytes() const {
  return piece_bytes_ + (state_ && pieces_.empty() ? state_->bytes() : 0);
}

std::optional<blob> result_merger::partial() const {
  if (!reducer_ || reducer_->keeps_results || reducer_->ordered)
    return std::nullopt;
  std::string out;
  state_->write_partial(out);
  return blob{std::move(out)};
}

result<merged_result> result_merger::finish(uint64_t tasks) const {
  if (terms_.function_result_type.empty())
    return merged_result{}; // It never ran: there is nothing to reduce.
  if (!reducer_)
    return tl::unexpected{reducer_.error()};
  if (reducer_->keeps_results)
    return finish_list(tasks);
  if (reducer_->ordered)
    return finish_ordered();
  std::string out;
  if (auto ok = state_->finish(out); !ok)
    return tl::unexpected{std::move(ok.error())};
  return merged_result{reducer_->result_type, blob{std::move(out)}};
}

result<merged_result> result_merger::finish_list(uint64_t tasks) const {
  if (!pieces_.empty()) // A job that was still growing when it was cancelled.
    tasks = std::max(tasks, pieces_.rbegin()->second.end);
  auto gaps = piece_tasks_ < tasks;
  // A mark for each task, whether it has a result: checked before anything is
  // allocated, because a job that was cancelled may have any number of tasks.
  auto marks = gaps ? tasks : 0;
  if (marks > terms_.bytes_max || marks + result_bytes_ > terms_.bytes_max)
    return tl::unexpected{check_size(terms_.bytes_max + 1).error()};
  std::string out;
  out.reserve(marks + result_bytes_ + 10);
  write_varint(gaps ? tasks : piece_tasks_, out);
  task_index next = 0;
  for (const auto& [begin, part] : pieces_) {
    auto last = part.first + static_cast<uint32_t>(part.end - begin);
    if (!gaps) {
      out.append(part.results.data(part.first, last));
      continue;
    }
    out.append(begin - next, '\0'); // `none`, once for each task.
    for (auto i = part.first; i < last; ++i) {
      out.push_back('\1');
      out.append(part.results[i]);
    }
    next = part.end;
  }
  if (gaps)
    out.append(tasks - next, '\0');
  auto type = gaps ? "list<optional<" + terms_.function_result_type + ">>"
                   : reducer_->result_type;
  return merged_result{std::move(type), blob{std::move(out)}};
}

result<merged_result> result_merger::finish_ordered() const {
  auto state = reducer_->init();
  for (const auto& [begin, part] : pieces_) {
    auto last = part.first + static_cast<uint32_t>(part.end - begin);
    for (auto i = part.first; i < last; ++i)
      if (auto ok = state->add(part.results[i]); !ok)
        return tl::unexpected{std::move(ok.error())};
  }
  std::string out;
  if (auto ok = state->finish(out); !ok)
    return tl::unexpected{std::move(ok.error())};
  return merged_result{reducer_->result_type, blob{std::move(out)}};
}

} // namespace troupe
