#include "nodes/shell/commands.hpp"
#include "nodes/shell/contexts.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/table.hpp"
#include "nodes/shell/user_folders.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

/// Takes an `errc::bad_usage` for what it is.
template <class T>
tl::unexpected<failure> refused(const troupe::result<T>& what) {
  return refuse(what.error());
}

std::string cluster_of(const context& one) {
  return one.cluster.empty() ? "default" : one.cluster;
}

std::string context_json(const std::string& name, const context& one,
                         bool current) {
  return fmt::format("{{\"name\": {}, \"connect\": {}, \"cluster\": {}, "
                     "\"current\": {}}}",
                     quote_json(name), quote_json(to_string(one.coordinator)),
                     quote_json(cluster_of(one)), current);
}

exit_code list(session& self, const contexts& all) {
  if (self.json()) {
    std::string out;
    for (const auto& [name, one] : all.items)
      out += (out.empty() ? "" : ",\n ")
             + context_json(name, one, name == all.current);
    self.out().write(fmt::format("[{}]\n", out));
    return exit_code::done;
  }
  table shown{{{"NAME"}, {"CONNECT"}, {"CLUSTER"}, {"CURRENT"}}, {}};
  for (const auto& [name, one] : all.items)
    shown.rows.push_back({{name},
                          {to_string(one.coordinator)},
                          {cluster_of(one)},
                          {name == all.current ? "yes" : "", tone::good}});
  self.show(shown);
  if (all.items.empty())
    self.say("no context is saved: troupe connect NAME HOST:PORT saves one");
  return exit_code::done;
}

/// Says what became of one.
exit_code tell(session& self, const std::string& name, const context& one,
               bool current, std::string_view what) {
  if (self.json())
    self.out().write(context_json(name, one, current) + "\n");
  else
    self.out().write(fmt::format("{} {}: {}, cluster {}\n", what, name,
                                 to_string(one.coordinator),
                                 escape_text(cluster_of(one))));
  return exit_code::done;
}

tl::unexpected<failure> unknown(const contexts& all, const std::string& name) {
  std::vector<std::string> names;
  for (const auto& item : all.items)
    names.push_back(item.first);
  auto meant = did_you_mean(name, names);
  return refuse(
    fmt::format("there is no context {}{}", quote_text(name),
                meant.empty() ? "; troupe connect lists them" : meant));
}

outcome<exit_code> remove(session& self, const std::string& path, contexts all,
                          const std::string& name) {
  auto found = all.items.find(name);
  if (found == all.items.end())
    return unknown(all, name);
  auto one = found->second;
  all.items.erase(found);
  if (all.current == name)
    all.current.clear();
  if (auto ok = save_contexts(path, all); !ok)
    return refused(ok);
  return tell(self, name, one, false, "removed");
}

outcome<exit_code> use(session& self, const std::string& path, contexts all,
                       const std::string& name) {
  if (name.find(':') != std::string::npos)
    return refuse_usage(fmt::format(
      "an address alone is for the prompt of troupe; troupe connect NAME {0} "
      "saves it, --connect {0} uses it for one command",
      escape_text(name)));
  auto found = all.items.find(name);
  if (found == all.items.end())
    return unknown(all, name);
  all.current = name;
  if (auto ok = save_contexts(path, all); !ok)
    return refused(ok);
  return tell(self, name, found->second, true, "commands go to");
}

outcome<exit_code> save(session& self, const std::string& path, contexts all,
                        const std::string& name, const std::string& where) {
  if (auto ok = check_context_name(name); !ok)
    return refused(ok);
  auto coordinator = parse_endpoint(where);
  if (!coordinator)
    return refused(coordinator);
  if (coordinator->port == 0)
    return refuse_usage(
      fmt::format("{} has no port that can be reached", quote_text(where)));
  if (all.items.size() == contexts_max && all.items.count(name) == 0)
    return refuse(fmt::format("{} contexts are saved, and no more fit: troupe "
                              "connect --remove NAME removes one",
                              contexts_max));
  context one{*coordinator, self.call().text("cluster").value_or("")};
  all.items.insert_or_assign(name, one);
  if (auto ok = save_contexts(path, all); !ok)
    return refused(ok);
  return tell(self, name, one, name == all.current, "saved");
}

} // namespace

outcome<exit_code> connect_command(session& self) {
  const auto& names = self.call().positional();
  auto removed = self.call().text("remove");
  if (removed && !names.empty())
    return refuse_usage("--remove takes all that connect needs; see troupe "
                        "help connect");
  auto path = contexts_path();
  if (!path)
    return refused(path);
  if (names.empty() && !removed) {
    auto all = load_contexts(*path);
    return all ? list(self, *all) : outcome<exit_code>{refused(all)};
  }
  // Another `connect` at the same time must not lose what this one saves.
  auto lock = folder_lock::take(*path);
  if (!lock)
    return refused(lock);
  auto all = load_contexts(*path);
  if (!all)
    return refused(all);
  if (removed)
    return remove(self, *path, std::move(*all), *removed);
  if (names.size() == 1)
    return use(self, *path, std::move(*all), names.front());
  return save(self, *path, std::move(*all), names[0], names[1]);
}

} // namespace troupe::shell
