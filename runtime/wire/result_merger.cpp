#include "runtime/wire/result_merger.hpp"

#include "runtime/function/codec.hpp"
#include "runtime/model/packed.hpp"

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
  return check_size();
}

result<void> result_merger::check_size() const {
  if (bytes() <= terms_.bytes_max)
    return {};
  return fail(errc::job_result_too_large,
              "the merged result is larger than its limit of "
                + std::to_string(terms_.bytes_max) + " bytes");
}

result<void> result_merger::keep(const accept_record& record) {
  auto view = packed_view::parse(record.results.view());
  if (record.range.size() == record.failed.size())
    return {};
  if (!view)
    return tl::unexpected{std::move(view.error())};
  if (view->size() != record.range.size() - record.failed.size())
    return fail(errc::protocol_violation,
                "a slice of job " + std::to_string(record.job) + " has "
                  + std::to_string(view->size()) + " results for "
                  + std::to_string(record.range.size()) + " tasks");
  uint32_t position = 0;
  auto add_piece = [&](task_index begin, task_index end) {
    if (begin >= end)
      return;
    pieces_.emplace(begin, piece{{begin, end}, record.results, position});
    position += static_cast<uint32_t>(end - begin);
    piece_tasks_ += end - begin;
  };
  auto begin = record.range.begin;
  for (auto failed : record.failed) {
    add_piece(begin, failed);
    begin = failed + 1;
  }
  add_piece(begin, record.range.end);
  piece_bytes_ += record.results.size();
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
  auto gaps = piece_tasks_ < tasks;
  std::string out;
  out.reserve(piece_bytes_ + 16);
  write_varint(gaps ? tasks : piece_tasks_, out);
  task_index next = 0;
  auto skip_to = [&](task_index end) {
    if (gaps)
      out.append(end - next, '\0'); // `none`, once for each task.
    next = end;
  };
  for (const auto& [begin, part] : pieces_) {
    skip_to(begin);
    auto view = packed_view::parse(part.packed.view());
    auto count = static_cast<uint32_t>(part.range.size());
    if (!gaps) {
      out.append(view->data(part.first, part.first + count));
    } else {
      for (uint32_t i = 0; i < count; ++i) {
        out.push_back('\1');
        out.append((*view)[part.first + i]);
      }
    }
    next = part.range.end;
  }
  skip_to(tasks);
  auto type = gaps ? "list<optional<" + terms_.function_result_type + ">>"
                   : reducer_->result_type;
  return merged_result{std::move(type), blob{std::move(out)}};
}

result<merged_result> result_merger::finish_ordered() const {
  auto state = reducer_->init();
  for (const auto& [begin, part] : pieces_) {
    auto view = packed_view::parse(part.packed.view());
    auto count = static_cast<uint32_t>(part.range.size());
    for (uint32_t i = 0; i < count; ++i)
      if (auto ok = state->add((*view)[part.first + i]); !ok)
        return tl::unexpected{std::move(ok.error())};
  }
  std::string out;
  if (auto ok = state->finish(out); !ok)
    return tl::unexpected{std::move(ok.error())};
  return merged_result{reducer_->result_type, blob{std::move(out)}};
}

} // namespace troupe
