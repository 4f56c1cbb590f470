#include "nodes/shell/commands.hpp"
#include "nodes/shell/dead_text.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

/// Returns which dead letters a command line means.
outcome<dead_selector> selector_of(const invocation& call) {
  dead_selector which;
  if (call.positional().size() > 1) {
    auto named = parse_dead(call.positional()[1]);
    if (!named)
      return named;
    which = *named;
  }
  which.text = call.text("error").value_or("");
  return which;
}

outcome<exit_code> list(session& self, const client& from,
                        const dead_selector& which) {
  auto letters = from.dead(which);
  if (!letters)
    return refuse(letters.error());
  if (self.json()) {
    std::vector<std::string> objects;
    for (const auto& letter : *letters)
      objects.push_back(dead_json(letter));
    self.out().write(json_array(objects) + "\n");
  } else {
    self.show(dead_table(*letters));
  }
  return exit_code::done;
}

/// Of one task or job that was meant, nothing was found.
tl::unexpected<failure> refuse_none(const dead_selector& which) {
  if (which.one)
    return refuse(fmt::format("task {}/{} is no dead letter; troupe dead list "
                              "{} lists those of its job",
                              which.job, which.index, which.job));
  return refuse(fmt::format("job {} has no dead letter{}; troupe job {} says "
                            "how it is",
                            which.job, which.text.empty() ? "" : " like that",
                            which.job));
}

outcome<exit_code> show(session& self, const client& from,
                        const dead_selector& which) {
  auto letters = from.dead(which);
  if (!letters)
    return refuse(letters.error());
  if (letters->empty())
    return refuse_none(which);
  const auto& letter = letters->front();
  self.out().write(self.json() ? dead_json(letter) + "\n" : describe(letter));
  return exit_code::done;
}

outcome<exit_code> change(session& self, const client& from,
                          const dead_selector& which, bool requeue) {
  auto done = requeue ? from.requeue(which) : from.purge(which);
  if (!done)
    return refuse(done.error());
  auto what = requeue ? "requeued" : "purged";
  auto is_none = done->letters == 0 && which.job != 0;
  if (self.json())
    self.out().write(fmt::format("{{\"{}\": {}, \"jobs\": {}}}\n", what,
                                 done->letters, done->jobs));
  else if (!is_none)
    self.out().write(fmt::format("{} {} of {}\n", what,
                                 counted(done->letters, "dead letter"),
                                 counted(done->jobs, "job")));
  // Of all jobs there may well be none: it was not one of them that was meant.
  if (is_none)
    return refuse_none(which);
  return exit_code::done;
}

} // namespace

outcome<exit_code> dead_command(session& self) {
  const auto& call = self.call();
  const auto& action = call.positional().front();
  if (action != "list" && action != "show" && action != "requeue"
      && action != "purge")
    return refuse_usage(fmt::format(
      "{} is not what can be done with dead letters: list, show, requeue or "
      "purge{}",
      quote_text(action),
      did_you_mean(action, {"list", "show", "requeue", "purge"})));
  auto which = selector_of(call);
  if (!which)
    return tl::unexpected{std::move(which.error())};
  if (action == "show" && !which->one)
    return refuse_usage("dead show needs one task, as in 7/4321");
  auto changes = action == "requeue" || action == "purge";
  if (changes && which->job == 0 && which->text.empty() && !call.has("all"))
    return refuse_usage(fmt::format("dead {} needs to know which: JOB, "
                                    "JOB/INDEX, --error TEXT or --all",
                                    action));
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  if (changes)
    return change(self, *coordinator, *which, action == "requeue");
  return action == "show" ? show(self, *coordinator, *which)
                          : list(self, *coordinator, *which);
}

} // namespace troupe::shell
