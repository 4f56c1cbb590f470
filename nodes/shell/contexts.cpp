#include "nodes/shell/contexts.hpp"

#include "nodes/shell/user_folders.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace troupe::shell {

namespace {

using json = nlohmann::json;

constexpr size_t file_bytes_max = size_t{1024} * 1024;
constexpr size_t name_bytes_max = 64;
constexpr int depth_max = 4;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

tl::unexpected<error> wrong(std::string text) {
  return fail(errc::bad_usage, std::move(text));
}

/// Reads a text with a bound on its depth: a file may be anything.
json read_json(std::string_view text) {
  bool too_deep = false;
  auto look = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > depth_max;
    return !too_deep;
  };
  auto read = json::parse(text, look, false);
  return too_deep ? json(json::value_t::discarded) : read;
}

result<context> read_context(const std::string& name, const json& from) {
  if (auto ok = check_context_name(name); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (!from.is_object())
    return wrong(fmt::format("the context {} is no object", quote_text(name)));
  context out;
  for (const auto& [key, value] : from.items()) {
    if (!value.is_string())
      return wrong(fmt::format("{} of the context {} is no string",
                               quote_text(key), name));
    if (key == "connect") {
      auto where = parse_endpoint(value.get<std::string>());
      if (!where)
        return wrong(fmt::format("\"connect\" of the context {}: {}", name,
                                 to_string(where.error())));
      out.coordinator = *where;
    } else if (key == "cluster") {
      out.cluster = value.get<std::string>();
    } else {
      return wrong(fmt::format("the context {} has {}, which is neither "
                               "\"connect\" nor \"cluster\"",
                               name, quote_text(key)));
    }
  }
  if (out.coordinator.port == 0)
    return wrong(fmt::format("\"connect\" of the context {} is missing", name));
  return out;
}

} // namespace

std::optional<context> contexts::chosen() const {
  auto i = items.find(current);
  return i == items.end() ? std::nullopt : std::optional{i->second};
}

result<void> check_context_name(std::string_view name) {
  auto fine = !name.empty() && name.size() <= name_bytes_max
              && name.front() != '-'
              && std::all_of(name.begin(), name.end(), is_name_character);
  if (!fine)
    return wrong(fmt::format("{} is no name for a context: it must be at most "
                             "{} letters, digits, '.', '_' and '-'",
                             quote_text(name), name_bytes_max));
  return {};
}

result<contexts> parse_contexts(std::string_view text) {
  contexts out;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return out;
  auto read = read_json(text);
  if (read.is_discarded())
    return wrong("it is not JSON of the kind that troupe connect writes");
  if (!read.is_object() || !read.contains("contexts")
      || !read["contexts"].is_object())
    return wrong("it has no object \"contexts\"");
  if (read["contexts"].size() > contexts_max)
    return wrong(fmt::format("it has more than {} contexts", contexts_max));
  for (const auto& [name, value] : read["contexts"].items()) {
    auto one = read_context(name, value);
    if (!one)
      return tl::unexpected{std::move(one.error())};
    out.items.emplace(name, std::move(*one));
  }
  auto current = read.value("current", json{});
  if (current.is_null())
    return out;
  if (!current.is_string() || out.items.count(current.get<std::string>()) == 0)
    return wrong("\"current\" is none of its contexts");
  out.current = current.get<std::string>();
  return out;
}

std::string print_contexts(const contexts& what) {
  auto items = json::object();
  for (const auto& [name, one] : what.items) {
    items[name] = {{"connect", to_string(one.coordinator)}};
    if (!one.cluster.empty())
      items[name]["cluster"] = one.cluster;
  }
  json out = {{"contexts", items}};
  if (!what.current.empty())
    out["current"] = what.current;
  // A cluster's name may be any bytes.
  return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

result<std::string> contexts_path() {
  return config_path("contexts.json");
}

result<contexts> load_contexts(const std::string& path) {
  auto text = read_small_file(path, file_bytes_max);
  if (!text)
    return tl::unexpected{std::move(text.error())};
  auto read = parse_contexts(*text);
  if (!read)
    return fail(errc::file_error,
                fmt::format("the file of contexts {} is broken: {}; mend it or "
                            "remove it",
                            quote_text(path), read.error().text));
  return read;
}

result<void> save_contexts(const std::string& path, const contexts& what) {
  return write_private_file(path, print_contexts(what));
}

} // namespace troupe::shell
