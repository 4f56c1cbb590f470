#include "nodes/shell/shell_target.hpp"

#include "nodes/shell/contexts.hpp"
#include <troupe/client.hpp>

#include <utility>

namespace troupe::shell {

namespace {

outcome<std::optional<context>> saved_choice() {
  auto path = contexts_path();
  if (!path)
    return std::nullopt; // Nobody has saved anything.
  auto all = load_contexts(*path);
  if (!all)
    return refuse(all.error());
  return all->chosen();
}

std::string cluster_of(const context& from) {
  return from.cluster.empty() ? client_options{}.cluster : from.cluster;
}

void take(const context& from, shell_target& into) {
  into.where = to_string(from.coordinator);
  into.cluster = cluster_of(from);
}

} // namespace

std::vector<std::string>
shell_target::command(std::vector<std::string> words) const {
  std::vector<std::string> out{"--connect", where, "--cluster", cluster};
  out.insert(out.end(), others.begin(), others.end());
  out.insert(out.end(), std::make_move_iterator(words.begin()),
             std::make_move_iterator(words.end()));
  return out;
}

outcome<context> context_of(const invocation& call) {
  context out{client_options{}.coordinator, ""};
  if (auto where = call.address("connect")) {
    out.coordinator = *where;
  } else {
    auto saved = saved_choice();
    if (!saved)
      return tl::unexpected{std::move(saved.error())};
    out = saved->value_or(out);
  }
  out.cluster = call.text("cluster").value_or(cluster_of(out));
  return out;
}

outcome<shell_target> target_of(const invocation& call) {
  auto meant = context_of(call);
  if (!meant)
    return tl::unexpected{std::move(meant.error())};
  shell_target out{to_string(meant->coordinator), meant->cluster, {}};
  if (auto timeout = call.text("connect-timeout"))
    out.others = {"--connect-timeout", *timeout};
  if (call.has("json"))
    out.others.emplace_back("--json");
  return out;
}

outcome<std::optional<shell_target>> switched_target(const invocation& connect,
                                                     const shell_target& now) {
  const auto& words = connect.positional();
  if (words.empty() || connect.has("remove"))
    return std::nullopt;
  auto next = now;
  if (words.back().find(':') != std::string::npos) {
    auto where = parse_endpoint(words.back());
    if (!where)
      return refuse(where.error());
    if (where->port == 0)
      return refuse_usage("port 0 cannot be reached");
    take({*where, ""}, next);
  } else {
    auto saved = saved_choice();
    if (!saved)
      return tl::unexpected{std::move(saved.error())};
    if (!*saved)
      return std::nullopt;
    take(**saved, next);
  }
  next.cluster = connect.text("cluster").value_or(next.cluster);
  return next;
}

} // namespace troupe::shell
