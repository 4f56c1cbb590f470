#include "runtime/policy/trace.hpp"

#include "runtime/base/limits.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace troupe {

namespace {

/// A time between `from` and `to`, whatever a worker said.
uint64_t later(uint64_t from, uint64_t by, uint64_t to) {
  return by > to - from ? to : from + by;
}

std::string counted(uint64_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

/// Puts the steps of a trace one behind the other.
class tracer {
public:
  explicit tracer(const traced_job& job) : job_(job) {
    // nop
  }

  /// Returns when an event was, since the submit.
  uint64_t time_of(const lease_event& what) const {
    return what.at_us - std::min(what.at_us, job_.submitted_us);
  }

  trace_step& add(trace_kind kind, uint64_t at_us, index_range range,
                  std::string text = {});
  trace_step& add(trace_kind kind, const lease_event& of,
                  std::string text = {});
  trace_step& add_leased(const lease_event& what);

  /// Tells how the job ended, if it has. A requeue lets the time stand still
  /// by which it lasted, so that what happened later says more.
  void add_end();

  task_trace take(bool incomplete);

  uint64_t last_us() const {
    return steps_.empty() ? 0 : steps_.back().at_us;
  }

private:
  const traced_job& job_;
  std::optional<trace_step> first_;
  std::deque<trace_step> steps_; ///< The newest behind the first.
  bool dropped_ = false;
};

trace_step& tracer::add(trace_kind kind, uint64_t at_us, index_range range,
                        std::string text) {
  if (text.size() > limits::trace_text_bytes_max)
    text.resize(limits::trace_text_bytes_max);
  trace_step step;
  step.kind = kind;
  step.at_us = std::max(at_us, last_us());
  step.range = range;
  step.text = std::move(text);
  if (!first_)
    return first_.emplace(std::move(step));
  if (steps_.size() + 1 == limits::trace_steps_max) {
    steps_.pop_front();
    dropped_ = true;
  }
  return steps_.emplace_back(std::move(step));
}

trace_step& tracer::add(trace_kind kind, const lease_event& of,
                        std::string text) {
  auto& step = add(kind, time_of(of), of.range, std::move(text));
  step.lease = of.lease;
  return step;
}

trace_step& tracer::add_leased(const lease_event& what) {
  std::string text;
  if (what.kind == lease_event_kind::adopted)
    text = "its worker had it from before the scheduler began anew";
  auto node = job_.nodes.find(what.worker);
  if (node == job_.nodes.end())
    text += (text.empty() ? "" : "; ")
            + ("to worker " + std::to_string(what.worker)
               + ", whose node is not known any more");
  auto& step = add(trace_kind::leased, what, std::move(text));
  if (node != job_.nodes.end())
    step.node = node->second;
  return step;
}

void tracer::add_end() {
  if (!is_terminal(job_.state))
    return;
  std::string text{to_string(job_.state)};
  if (!job_.reason.empty())
    text += ": " + job_.reason;
  add(trace_kind::job_ended, job_.lasted_us, {0, job_.tasks}, std::move(text));
}

task_trace tracer::take(bool incomplete) {
  task_trace result;
  result.job = job_.id;
  result.incomplete = incomplete || dropped_;
  result.steps.reserve(steps_.size() + 1);
  if (first_)
    result.steps.push_back(std::move(*first_));
  std::move(steps_.begin(), steps_.end(), std::back_inserter(result.steps));
  return result;
}

/// Follows one task through the events of its job.
class task_tracer {
public:
  task_tracer(const traced_job& job, const traced_task& task)
    : job_(job), task_(task), out_(job), own_({task.index, task.index + 1}) {
    // nop
  }

  void begin(bool incomplete);
  void step(const lease_event& what);
  task_trace finish(bool incomplete);

private:
  /// When and why it became ready; known to be true when it is leased.
  struct wait {
    std::optional<uint64_t> at_us; ///< None: at the latest when it is leased.
    const char* why = "";
  };

  /// Who has it.
  struct holder {
    lease_id lease;
    uint64_t at_us = 0;
    std::string node;
  };

  void lease(const lease_event& what);
  void lose(const lease_event& what);
  void accept(const lease_event& what);
  void fail(const lease_event& what);
  void resume(const lease_event& what);
  void add_dead(uint64_t at_us);
  void add_ready(uint64_t before_us);
  std::string error_of(uint32_t attempt) const;
  trace_step& add(trace_kind kind, const lease_event& of, uint64_t at_us);

  const traced_job& job_;
  const traced_task& task_;
  tracer out_;
  index_range own_;
  uint32_t attempt_ = 1; ///< 0: not known.
  std::optional<holder> held_;
  std::optional<wait> ready_;
  bool accepted_ = false;
  bool dead_ = false;
};

void task_tracer::begin(bool incomplete) {
  out_.add(trace_kind::submitted, 0, {0, job_.tasks});
  if (incomplete)
    attempt_ = 0; // How often it failed before is not known.
  else
    ready_ = wait{0, job_.streamed_inputs
                       ? "at the earliest: when its input came is not recorded"
                       : ""};
}

trace_step& task_tracer::add(trace_kind kind, const lease_event& of,
                             uint64_t at_us) {
  auto& step = out_.add(kind, at_us, of.range);
  step.attempt = attempt_;
  step.lease = of.lease;
  if (held_ && held_->lease == of.lease)
    step.node = held_->node;
  return step;
}

void task_tracer::add_ready(uint64_t before_us) {
  if (!ready_)
    return;
  auto& step = out_.add(trace_kind::ready, ready_->at_us.value_or(before_us),
                        own_, ready_->why);
  step.attempt = attempt_;
  ready_.reset();
}

void task_tracer::step(const lease_event& what) {
  if (what.kind == lease_event_kind::resumed)
    return resume(what);
  if (!what.range.contains(task_.index))
    return;
  switch (what.kind) {
    case lease_event_kind::granted:
    case lease_event_kind::adopted: return lease(what);
    case lease_event_kind::trimmed:
    case lease_event_kind::revoked: return lose(what);
    case lease_event_kind::accepted: return accept(what);
    case lease_event_kind::resumed: break;
  }
}

void task_tracer::lease(const lease_event& what) {
  add_ready(out_.time_of(what));
  auto& step = out_.add_leased(what);
  step.attempt = attempt_;
  held_ = holder{what.lease, step.at_us, step.node};
}

void task_tracer::lose(const lease_event& what) {
  auto& step = add(trace_kind::revoked, what, out_.time_of(what));
  step.text = what.kind == lease_event_kind::trimmed
                ? "its worker gave it back before it began"
                : "its worker was lost, or had to give it back";
  held_.reset();
  ready_ = wait{step.at_us, "again"};
}

void task_tracer::accept(const lease_event& what) {
  auto at_us = out_.time_of(what);
  if (held_ && held_->lease == what.lease) {
    auto started =
      later(held_->at_us, what.waited_us, std::max(at_us, held_->at_us));
    add(trace_kind::started, what, started);
    add(trace_kind::ended, what,
        later(started, what.took_us, std::max(at_us, started)));
  }
  if (std::binary_search(what.failed.begin(), what.failed.end(), task_.index)) {
    fail(what);
  } else {
    add(trace_kind::accepted, what, at_us);
    accepted_ = true;
  }
  held_.reset();
}

std::string task_tracer::error_of(uint32_t attempt) const {
  for (const auto* past :
       {&task_.past, task_.letter ? &task_.letter->history : nullptr})
    if (past != nullptr)
      for (const auto& x : *past)
        if (x.attempt == attempt && x.code != errc::kills_workers)
          return x.text;
  return {};
}

void task_tracer::fail(const lease_event& what) {
  auto& step = add(trace_kind::failed, what, out_.time_of(what));
  auto text = error_of(attempt_);
  auto at_us = step.at_us;
  if (attempt_ != 0 && attempt_ >= job_.retry.max_attempts) {
    step.text = std::move(text);
    return add_dead(at_us);
  }
  if (attempt_ != 0) {
    // The longest wait; what is waited is drawn from below it.
    auto most = job_.retry.base;
    for (auto n = attempt_; n > 1 && most < job_.retry.cap; --n)
      most *= 2;
    ++attempt_;
    text += (text.empty() ? "waits up to " : "; waits up to ")
            + std::to_string(std::min(most, job_.retry.cap).count())
            + " ms before attempt " + std::to_string(attempt_);
  }
  if (text.size() > limits::trace_text_bytes_max)
    text.resize(limits::trace_text_bytes_max);
  step.text = std::move(text);
  ready_ = wait{{}, "at the latest: its wait was over"};
}

void task_tracer::add_dead(uint64_t at_us) {
  auto& step = out_.add(
    trace_kind::dead, at_us, own_,
    task_.letter ? "after " + counted(task_.letter->attempts, "attempt") + ": "
                     + task_.letter->text
                 : "after " + counted(attempt_, "attempt"));
  step.attempt = attempt_;
  dead_ = true;
}

void task_tracer::resume(const lease_event& what) {
  if (accepted_)
    return;
  held_.reset();
  if (dead_)
    attempt_ = 1;
  ready_ = wait{out_.time_of(what),
                dead_ ? "its dead letter was requeued"
                      : "the scheduler began anew, or dead letters of its job "
                        "were requeued"};
  dead_ = false;
}

task_trace task_tracer::finish(bool incomplete) {
  auto has_ended = is_terminal(job_.state);
  // A lost worker may have been the last straw: no attempt failed by it.
  if (task_.letter && !dead_)
    add_dead(out_.last_us());
  else if (!has_ended && ready_ && ready_->at_us)
    add_ready(0);
  if (accepted_ && has_ended
      && !(job_.stream && job_.state == job_state::cancelled))
    out_.add(trace_kind::merged, job_.lasted_us, own_,
             job_.stream
               ? "at the latest: the reader of the stream had all of it"
               : "at the latest: the result of the job was written");
  out_.add_end();
  auto result = out_.take(incomplete);
  result.one = true;
  result.index = task_.index;
  return result;
}

std::string slice_text(const lease_event& what) {
  auto text = "began " + std::to_string(what.waited_us)
              + " us after its lease had arrived, took "
              + std::to_string(what.took_us) + " us";
  if (!what.failed.empty())
    text += "; " + counted(what.failed.size(), "attempt") + " failed";
  return text;
}

} // namespace

task_trace trace_of(const traced_job& job, const traced_task& task,
                    const std::vector<lease_event>& events, bool incomplete) {
  task_tracer of{job, task};
  of.begin(incomplete);
  for (const auto& what : events)
    of.step(what);
  return of.finish(incomplete);
}

task_trace trace_of(const traced_job& job,
                    const std::vector<lease_event>& events, bool incomplete) {
  tracer out{job};
  out.add(trace_kind::submitted, 0, {0, job.tasks});
  std::unordered_map<lease_id, std::string> nodes; // Of current leases.
  auto add = [&](trace_kind kind, const lease_event& what, std::string text) {
    auto& step = out.add(kind, what, std::move(text));
    if (auto node = nodes.find(what.lease); node != nodes.end())
      step.node = node->second;
  };
  for (const auto& what : events)
    switch (what.kind) {
      case lease_event_kind::granted:
      case lease_event_kind::adopted:
        nodes[what.lease] = out.add_leased(what).node;
        break;
      case lease_event_kind::trimmed:
        add(trace_kind::revoked, what, "its worker gave them back");
        break;
      case lease_event_kind::revoked:
        add(trace_kind::revoked, what, "");
        nodes.erase(what.lease);
        break;
      case lease_event_kind::accepted:
        add(trace_kind::accepted, what, slice_text(what));
        break;
      case lease_event_kind::resumed:
        out.add(trace_kind::ready, out.time_of(what), {0, job.tasks},
                "the scheduler began anew, or dead letters were requeued");
        nodes.clear();
        break;
    }
  out.add_end();
  return out.take(incomplete);
}

} // namespace troupe
