#include "runtime/policy/supervision.hpp"

#include "runtime/base/limits.hpp"

#include <algorithm>
#include <set>

namespace troupe {

using std::chrono::milliseconds;

namespace {

constexpr std::string_view unknown = "unknown";

tl::unexpected<error> bad(const std::string& id, const std::string& why) {
  auto who = id.empty() ? std::string{"a child"} : "the child \"" + id + "\"";
  return fail(errc::bad_child_spec, "the spec of " + who + ": " + why);
}

tl::unexpected<error> bad_flag(const std::string& why) {
  return fail(errc::bad_child_spec, "the flags of a supervisor: " + why);
}

template <class Enum>
bool is_known(Enum x) {
  return to_string(x) != unknown;
}

bool is_known(shutdown_rule::kind x) {
  return x <= shutdown_rule::kind::infinity;
}

/// Cuts at a character of UTF-8, never within one.
std::string cut(std::string text, size_t bytes_max) {
  constexpr std::string_view mark = "...";
  if (text.size() <= bytes_max)
    return text;
  auto end = bytes_max < mark.size() ? 0 : bytes_max - mark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  return text.substr(0, end).append(mark.substr(0, bytes_max));
}

std::string whom(const supervision_report& x) {
  auto text = "id=" + x.child.id;
  return x.child_name.empty() ? text : text + ",actor=" + x.child_name;
}

} // namespace

// -- Names --------------------------------------------------------------------

std::string_view to_string(restart_type x) {
  switch (x) {
    case restart_type::permanent: return "permanent";
    case restart_type::transient: return "transient";
    case restart_type::temporary: return "temporary";
  }
  return unknown;
}

std::string_view to_string(child_type x) {
  switch (x) {
    case child_type::worker: return "worker";
    case child_type::supervisor: return "supervisor";
  }
  return unknown;
}

std::string_view to_string(supervision_strategy x) {
  switch (x) {
    case supervision_strategy::one_for_one: return "one_for_one";
    case supervision_strategy::one_for_all: return "one_for_all";
    case supervision_strategy::rest_for_one: return "rest_for_one";
    case supervision_strategy::simple_one_for_one: return "simple_one_for_one";
  }
  return unknown;
}

std::string_view to_string(auto_shutdown x) {
  switch (x) {
    case auto_shutdown::never: return "never";
    case auto_shutdown::any_significant: return "any_significant";
    case auto_shutdown::all_significant: return "all_significant";
  }
  return unknown;
}

std::string_view to_string(child_state x) {
  switch (x) {
    case child_state::stopped: return "stopped";
    case child_state::starting: return "starting";
    case child_state::running: return "running";
    case child_state::stopping: return "stopping";
    case child_state::restarting: return "restarting";
    case child_state::zombie: return "zombie";
  }
  return unknown;
}

std::string_view to_string(supervision_event x) {
  switch (x) {
    case supervision_event::progress: return "progress";
    case supervision_event::child_terminated: return "child_terminated";
    case supervision_event::start_error: return "start_error";
    case supervision_event::shutdown_error: return "shutdown_error";
    case supervision_event::intensity_reached: return "intensity_reached";
    case supervision_event::auto_shutdown: return "auto_shutdown";
    case supervision_event::child_abandoned: return "child_abandoned";
    case supervision_event::zombie_ended: return "zombie_ended";
  }
  return unknown;
}

std::string to_string(const shutdown_rule& x) {
  switch (x.how) {
    case shutdown_rule::kind::brutal_kill: return "brutal_kill";
    case shutdown_rule::kind::infinity: return "infinity";
    case shutdown_rule::kind::timeout: break;
  }
  return std::to_string(x.after.count()) + " ms";
}

// -- Checks -------------------------------------------------------------------

shutdown_rule shutdown_of(const child_rules& x) {
  if (x.shutdown)
    return *x.shutdown;
  return x.type == child_type::supervisor
           ? shutdown_rule::infinity()
           : shutdown_rule::within(limits::child_shutdown_default);
}

result<void> check_child(const child_rules& x, bool has_start,
                         auto_shutdown mode) {
  if (x.id.empty())
    return bad(x.id, "id is missing; name it");
  if (x.id.size() > limits::name_bytes_max)
    return bad(x.id.substr(0, 32) + "...",
               "id has more than " + std::to_string(limits::name_bytes_max)
                 + " bytes; shorten it");
  if (x.id.find('/') != std::string::npos)
    return bad(x.id, "id has a '/', which separates the parts of a path");
  if (!has_start)
    return bad(x.id, "start is missing; give it a start function");
  if (!is_known(x.restart))
    return bad(x.id, "restart is none of permanent, transient, temporary");
  if (!is_known(x.type))
    return bad(x.id, "type is none of worker, supervisor");
  const auto rule = shutdown_of(x);
  if (!is_known(rule.how))
    return bad(x.id, "shutdown is none of brutal_kill, a time, infinity");
  if (rule.after < milliseconds{0} || rule.after > limits::child_shutdown_max)
    return bad(x.id, "shutdown is " + to_string(rule)
                       + "; it must be 0 ms to 1 h, or infinity");
  if (x.significant && x.restart == restart_type::permanent)
    return bad(x.id, "significant does not go with restart permanent; make it "
                     "transient or temporary");
  if (x.significant && mode == auto_shutdown::never)
    return bad(x.id, "significant does not go with auto_shutdown never; let "
                     "the supervisor end for any or all significant children");
  return {};
}

result<void> check_flags(const supervisor_flags& x) {
  if (!is_known(x.strategy))
    return bad_flag("strategy is none of one_for_one, one_for_all, "
                    "rest_for_one, simple_one_for_one");
  if (x.intensity > limits::restart_intensity_max)
    return bad_flag("intensity is " + std::to_string(x.intensity)
                    + "; the most is "
                    + std::to_string(limits::restart_intensity_max));
  if (x.period <= milliseconds{0} || x.period > limits::restart_period_max)
    return bad_flag("period is " + std::to_string(x.period.count())
                    + " ms; it must be 1 ms to 24 h");
  if (!is_known(x.shutdown))
    return bad_flag("auto_shutdown is none of never, any_significant, "
                    "all_significant");
  const auto& pause = x.backoff;
  if (pause.min < milliseconds{0} || pause.cap < pause.min
      || pause.cap > limits::restart_period_max)
    return bad_flag("backoff must have 0 <= min <= cap <= 24 h");
  if (pause.reset_after < milliseconds{0})
    return bad_flag("backoff.reset_after must not be negative");
  return {};
}

result<void> check_siblings(std::span<const child_rules> all,
                            supervision_strategy strategy) {
  if (strategy == supervision_strategy::simple_one_for_one && all.size() != 1)
    return bad_flag("simple_one_for_one takes exactly one spec, the template, "
                    "not "
                    + std::to_string(all.size()));
  if (all.size() > limits::supervised_children_max)
    return bad_flag("there are more than "
                    + std::to_string(limits::supervised_children_max)
                    + " specs");
  std::set<std::string_view> ids;
  for (const auto& x : all)
    if (!ids.insert(x.id).second)
      return bad(x.id, "id is used twice; ids are unique among siblings");
  return {};
}

// -- Ends ---------------------------------------------------------------------

exit_verdict judge_exit(restart_type type, exit_kind how,
                        supervision_strategy strategy) {
  const auto in_order = how == exit_kind::normal || how == exit_kind::shutdown;
  if (type == restart_type::permanent
      || (type == restart_type::transient && !in_order))
    return exit_verdict::restart;
  if (type == restart_type::temporary
      || strategy == supervision_strategy::simple_one_for_one)
    return exit_verdict::forget;
  return exit_verdict::keep;
}

bool is_reported_exit(exit_verdict verdict, exit_kind how) {
  return verdict == exit_verdict::restart || how == exit_kind::killed
         || how == exit_kind::abnormal;
}

bool is_shutdown_error(const shutdown_rule& rule, exit_kind how,
                       bool was_killed, restart_type type) {
  switch (how) {
    case exit_kind::shutdown: return false;
    case exit_kind::normal: return type == restart_type::permanent;
    case exit_kind::killed:
      return !(was_killed && rule.how == shutdown_rule::kind::brutal_kill);
    case exit_kind::abnormal: return true;
  }
  return true;
}

bool ends_supervisor(auto_shutdown mode, bool significant,
                     size_t others_significant) {
  if (!significant)
    return false;
  return mode == auto_shutdown::any_significant
         || (mode == auto_shutdown::all_significant && others_significant == 0);
}

// -- Restarts -----------------------------------------------------------------

restart_scope scope_of(supervision_strategy strategy) {
  switch (strategy) {
    case supervision_strategy::one_for_all: return restart_scope::all;
    case supervision_strategy::rest_for_one: return restart_scope::it_and_later;
    case supervision_strategy::one_for_one:
    case supervision_strategy::simple_one_for_one: break;
  }
  return restart_scope::only_it;
}

bool restart_window::counts(time_point when, time_point now) const {
  return when + period_ >= now;
}

bool restart_window::add(time_point now) {
  while (!restarts_.empty()
         && (!counts(restarts_.front(), now) || restarts_.size() > intensity_))
    restarts_.pop_front();
  restarts_.push_back(now);
  return restarts_.size() <= intensity_;
}

uint32_t restart_window::used(time_point now) const {
  return static_cast<uint32_t>(
    std::count_if(restarts_.begin(), restarts_.end(),
                  [&](time_point when) { return counts(when, now); }));
}

uint32_t restart_window::left(time_point now) const {
  return intensity_ - std::min(intensity_, used(now));
}

milliseconds restart_backoff::next(const restart_backoff_rules& rules,
                                   time_point now, double uniform) {
  if (last_ && now - *last_ >= rules.reset_after)
    attempts_ = 0;
  const auto doublings = attempts_ == 0 ? 0 : attempts_ - 1;
  const auto is_first = attempts_ == 0;
  attempts_ += attempts_ < 63 ? 1 : 0;
  auto pause = milliseconds{0};
  if (!is_first) {
    const auto min = rules.min.count();
    const auto cap = rules.cap.count();
    // Compare with the cap shifted down: `min` shifted up might overflow.
    const auto step = min > (cap >> doublings) ? cap : min << doublings;
    const auto half = static_cast<double>(step) / 2;
    pause = milliseconds{static_cast<int64_t>(half + half * uniform)};
  }
  // The pause itself is no quiet time.
  last_ = now + pause;
  return pause;
}

// -- Reports ------------------------------------------------------------------

std::string render(const supervision_report& x, size_t bytes_max) {
  auto text = "Supervisor: " + x.supervisor + ". ";
  if (x.what == supervision_event::progress) {
    text += "Started: " + whom(x) + ".";
  } else {
    text += "Context: " + std::string{to_string(x.what)} + ". ";
    text += "Reason: " + x.reason + ".";
    if (!x.child.id.empty())
      text += " Offender: " + whom(x) + ".";
  }
  return cut(std::move(text), bytes_max);
}

std::string render_lines(const supervision_report& x) {
  auto text = "    supervisor: " + x.supervisor + "\n";
  if (x.what != supervision_event::progress)
    text += "    context: " + std::string{to_string(x.what)}
            + "\n    reason: " + x.reason + "\n";
  if (x.child.id.empty())
    return text;
  const auto* label =
    x.what == supervision_event::progress ? "started" : "offender";
  text += std::string{"    "} + label + ": " + whom(x) + "\n";
  text += "      restart: " + std::string{to_string(x.child.restart)} + "\n";
  text += "      shutdown: " + to_string(shutdown_of(x.child)) + "\n";
  text += "      type: " + std::string{to_string(x.child.type)} + "\n";
  text += std::string{"      significant: "}
          + (x.child.significant ? "yes" : "no") + "\n";
  return text;
}

} // namespace troupe
