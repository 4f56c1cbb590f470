#include "nodes/shell/node_text.hpp"

#include "nodes/shell/job_text.hpp"
#include "nodes/shell/resource_text.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace troupe::shell {

namespace {

using json = nlohmann::json;

/// Calls `read` with a parsed document; it throws for what is missing.
template <class T, class F>
result<T> parse_document(std::string_view text, F read) {
  auto shallow = [](int depth, auto, auto&) {
    return depth <= static_cast<int>(limits::json_depth_max);
  };
  try {
    return read(json::parse(text, shallow));
  } catch (const json::exception& why) {
    return fail(errc::protocol_violation,
                fmt::format("a node's answer cannot be read: {}",
                            escape_text(why.what())));
  }
}

std::string process_json(const node_process& x) {
  return fmt::format(
    R"({{"host": {}, "pid": {}, "listen": {}, "version": {}, "protocol": {}, )"
    R"("caf": {}, "up_seconds": {}, "memory_bytes": {}, "cpu_seconds": {}, )"
    R"("threads": {}, "open_files": {}, "open_files_max": {}, "actors": {}}})",
    shell::quoted(x.host), x.pid, shell::quoted(x.listen),
    shell::quoted(x.version), x.protocol, shell::quoted(x.caf),
    seconds(x.up_us), x.memory_bytes, seconds(x.cpu_us), x.threads,
    x.open_files, x.open_files_max, x.actors);
}

/// Writes `key  text` lines.
class rows {
public:
  void add(std::string_view key, std::string_view text) {
    out_ += fmt::format("{:<10}  {}\n", key, text);
  }

  std::string take() {
    return std::move(out_);
  }

private:
  std::string out_;
};

std::string joined(const std::vector<std::string>& texts) {
  return texts.empty() ? std::string{"-"}
                       : escape_text(fmt::format("{}", fmt::join(texts, ",")));
}

void add_process(rows& to, const node_process& x) {
  auto share = x.up_us == 0 ? 0.0
                            : 100.0 * static_cast<double>(x.cpu_us)
                                / static_cast<double>(x.up_us);
  to.add("host", escape_text(x.host));
  to.add("process", fmt::format("{}, runs for {}", x.pid, span(x.up_us)));
  to.add("listens", escape_text(x.listen));
  to.add("version",
         fmt::format("{} (protocol {}, CAF {})", escape_text(x.version),
                     x.protocol, escape_text(x.caf)));
  to.add("memory", format_bytes(x.memory_bytes));
  to.add("cpu", fmt::format("{}, {:.1f} % of a core", span(x.cpu_us), share));
  to.add("threads", format_count(x.threads));
  to.add("files", fmt::format("{} open of {}", format_count(x.open_files),
                              format_count(x.open_files_max)));
  to.add("actors", format_count(x.actors));
}

} // namespace

result<node_process> parse_node_process(std::string_view text) {
  return parse_document<node_process>(text, [](const json& from) {
    node_process x;
    from.at("host").get_to(x.host);
    from.at("pid").get_to(x.pid);
    from.at("listen").get_to(x.listen);
    from.at("version").get_to(x.version);
    from.at("protocol").get_to(x.protocol);
    from.at("caf").get_to(x.caf);
    from.at("up_us").get_to(x.up_us);
    from.at("memory_bytes").get_to(x.memory_bytes);
    from.at("cpu_us").get_to(x.cpu_us);
    from.at("threads").get_to(x.threads);
    from.at("open_files").get_to(x.open_files);
    from.at("open_files_max").get_to(x.open_files_max);
    from.at("actors").get_to(x.actors);
    return x;
  });
}

std::string describe(const node_info& node,
                     const std::optional<node_process>& process,
                     std::string_view silent) {
  rows out;
  out.add("node", escape_text(node.name));
  out.add("state", state_text(node));
  out.add("roles", joined(node.roles));
  out.add("slots", fmt::format("{} busy of {}", format_count(node.busy),
                               format_count(node.slots)));
  out.add("queued", counted(node.queued, "lease"));
  if (node.oldest_us > 0)
    out.add("oldest", span(node.oldest_us));
  if (node.zombies > 0)
    out.add("zombies", format_count(node.zombies));
  out.add("labels", joined(node.labels));
  auto offers = offers_text(node);
  out.add("resources", offers.empty() ? "-" : escape_text(offers));
  out.add("functions", format_count(node.functions));
  auto is_gone =
    node.state == node_state::gone || node.state == node_state::down;
  out.add(is_gone ? "was up for" : "joined",
          is_gone ? span(node.up_us) : span(node.up_us) + " ago");
  if (node.silent_us > 0)
    out.add("heartbeat",
            fmt::format("{} ago, phi {:.2f}", span(node.silent_us), node.phi));
  out.add("id", fmt::format("{:016x}", node.incarnation_id));
  if (process)
    add_process(out, *process);
  else
    out.add("process", escape_text(silent));
  return out.take();
}

std::string node_json(const node_info& node,
                      const std::optional<node_process>& process) {
  auto out = node_json(node);
  out.pop_back();
  return out + R"(, "process": )"
         + (process ? process_json(*process) : std::string{"null"}) + "}";
}

result<std::vector<config_value>> parse_config_values(std::string_view text) {
  using values = std::vector<config_value>;
  return parse_document<values>(text, [](const json& from) {
    values all;
    for (const auto& x : from.at("values"))
      all.push_back(
        {x.at("key").get<std::string>(), x.at("value").get<std::string>(),
         x.at("origin").get<std::string>(), x.value("means", std::string{})});
    return all;
  });
}

table config_table(const std::vector<config_value>& values) {
  table out;
  out.columns = {{"OPTION"},
                 {"VALUE", false, true},
                 {"MEANS", false, true, 1},
                 {"FROM", false, true}};
  for (const auto& x : values) {
    auto is_default = x.origin == "default";
    out.rows.push_back({{x.key},
                        {x.value.empty() ? "-" : x.value},
                        {x.means},
                        {x.origin, is_default ? tone::dim : tone::plain}});
  }
  return out;
}

std::string config_json(std::string_view node,
                        const std::vector<config_value>& values) {
  std::vector<std::string> objects;
  for (const auto& x : values)
    objects.push_back(
      fmt::format(R"({{"key": {}, "value": {}, "means": {}, "origin": {}}})",
                  shell::quoted(x.key), shell::quoted(x.value),
                  shell::quoted(x.means), shell::quoted(x.origin)));
  return fmt::format(R"({{"node": {}, "values": {}}})", shell::quoted(node),
                     json_array(objects));
}

} // namespace troupe::shell
