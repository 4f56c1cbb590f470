#include "nodes/shell/dry_run.hpp"

#include "nodes/shell/input_encoder.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/spec_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"
#include "runtime/policy/resource_ledger.hpp"
#include "runtime/wire/admission.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

namespace {

/// Reads and encodes all inputs: what is wrong with any of them is found.
outcome<void> count_inputs(session& self, submission& what, checked_job& out) {
  input_encoder encoder{what.spec.input_type};
  std::string bytes;
  for (;;) {
    if (self.interrupts().flag())
      return refuse("interrupted while checking the inputs",
                    exit_code::detached);
    auto input = what.source->next();
    if (!input)
      return refuse(to_string(input.error()),
                    input.error().code == errc::timed_out ? exit_code::detached
                                                          : exit_code::failed);
    if (!*input)
      return {};
    bytes.clear();
    auto ok = encoder.encode(out.tasks, **input, what.source->is_json(), bytes);
    if (!ok)
      return refuse(to_string(ok.error()), what.source->is_json()
                                             ? exit_code::usage
                                             : exit_code::failed);
    if (bytes.size() > limits::input_bytes_max)
      return refuse(fmt::format("input {} has {}, the limit is {}", out.tasks,
                                format_bytes(bytes.size()),
                                format_bytes(limits::input_bytes_max)));
    ++out.tasks;
    out.input_bytes += bytes.size();
  }
}

/// Decides as the coordinator would.
outcome<void> check_function(const std::vector<function_info>& offered,
                             checked_job& out) {
  const auto& name = out.spec.function;
  auto known = std::find_if(offered.begin(), offered.end(),
                            [&](const auto& x) { return x.name == name; });
  if (known == offered.end()) {
    if (offered.empty())
      return {}; // The job would wait for a worker.
    std::vector<std::string> names;
    for (const auto& x : offered)
      names.push_back(x.name);
    return refuse(fmt::format("no node offers the function {}{}",
                              quote_text(name), did_you_mean(name, names)));
  }
  auto type = admit(out.spec, *known);
  if (!type)
    return refuse(to_string(type.error()));
  out.result_type = std::move(*type);
  out.signature = signature(*known);
  return {};
}

/// Whether a node that takes part has all that one task needs.
bool can_run(const node_info& node, const job_spec& spec) {
  auto has = [&](const std::string& label) {
    return std::find(node.labels.begin(), node.labels.end(), label)
           != node.labels.end();
  };
  const auto& options = spec.options;
  return node.slots > 0 && node.state != node_state::gone
         && node.state != node_state::down
         && covers(whole_offer(node.offers, node.slots), options.needs)
         && std::all_of(options.labels.begin(), options.labels.end(), has);
}

/// Says when the job would wait for a node that is not there now.
outcome<void> tell_of_nodes(const session& self, const client& from,
                            const job_spec& spec) {
  auto nodes = from.nodes();
  if (!nodes)
    return refuse(nodes.error());
  auto fits = [&](const auto& node) { return can_run(node, spec); };
  if (std::any_of(nodes->begin(), nodes->end(), fits))
    return {};
  auto needs = to_string(spec.options.needs);
  for (const auto& label : spec.options.labels)
    needs += " label=" + label;
  self.say(fmt::format("no node has what one task needs ({}): the job would "
                       "wait for one",
                       needs));
  return {};
}

} // namespace

outcome<exit_code> dry_run(session& self, const invocation& call,
                           submission& what) {
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto offered = coordinator->functions();
  if (!offered)
    return refuse(offered.error());
  if (auto ok = fit_function(what, *offered); !ok)
    return tl::unexpected{std::move(ok.error())};
  checked_job out;
  out.spec = what.spec;
  if (auto ok = validate(out.spec); !ok)
    return refuse(to_string(ok.error()));
  if (auto ok = check_function(*offered, out); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (what.source == nullptr) {
    out.tasks = task_count(out.spec.inputs, out.spec.range);
  } else {
    self.interrupts().allow_detach(true);
    auto ok = count_inputs(self, what, out);
    self.interrupts().allow_detach(false);
    if (!ok)
      return tl::unexpected{std::move(ok.error())};
  }
  self.out().write(self.json() ? checked_json(out, call) + "\n"
                               : describe(out, call));
  if (auto ok = tell_of_nodes(self, *coordinator, out.spec); !ok)
    return tl::unexpected{std::move(ok.error())};
  self.say("nothing was submitted (--dry-run)");
  return exit_code::done;
}

} // namespace troupe::shell
