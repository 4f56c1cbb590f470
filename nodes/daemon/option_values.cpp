#include "nodes/daemon/option_values.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"
#include "runtime/model/placement_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace troupe::option_values {

namespace {

constexpr size_t label_key_bytes_max = 64;
constexpr size_t label_value_bytes_max = 256;
constexpr size_t path_bytes_max = 4096;
constexpr uint64_t worker_memory_bytes_max = uint64_t{1} << 60;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

/// Label values may be anything visible in ASCII, commas aside.
bool is_label_char(char c) {
  return c > 0x20 && c < 0x7F && c != ',';
}

tl::unexpected<error> expected(std::string_view what) {
  return fail(errc::bad_config, fmt::format("expected {}", what));
}

/// Splits at commas and removes blanks around the parts; an empty text has no
/// parts.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  if (text.find_first_not_of(" \t") == std::string_view::npos)
    return parts;
  for (;;) {
    const auto comma = text.find(',');
    auto part = text.substr(0, comma);
    const auto first = part.find_first_not_of(" \t");
    const auto last = part.find_last_not_of(" \t");
    parts.emplace_back(first == std::string_view::npos
                         ? std::string_view{}
                         : part.substr(first, last - first + 1));
    if (comma == std::string_view::npos)
      return parts;
    text.remove_prefix(comma + 1);
  }
}

/// Applies `parse_one` to each part of a list.
template <class T, class F>
result<std::vector<T>> parse_list(std::string_view text, F parse_one) {
  const auto parts = split_list(text);
  if (parts.size() > list_entries_max)
    return expected(fmt::format("at most {} entries, found {}",
                                list_entries_max, parts.size()));
  std::vector<T> values;
  for (const auto& part : parts) {
    auto value = parse_one(part);
    if (!value)
      return tl::unexpected{value.error()};
    if (std::find(values.begin(), values.end(), *value) != values.end())
      return fail(errc::bad_config,
                  fmt::format("{} is listed twice; remove one of the two",
                              quote_text(part)));
    values.push_back(std::move(*value));
  }
  return values;
}

result<uint64_t> count_in(const std::string& text, uint64_t min, uint64_t max) {
  if (auto count = parse_count(text, min, max))
    return *count;
  return expected(fmt::format("a whole number from {} to {}", min, max));
}

result<uint32_t> small_count_in(const std::string& text, uint32_t max) {
  return count_in(text, 0, max).map([](uint64_t count) {
    return static_cast<uint32_t>(count);
  });
}

result<uint64_t> size_up_to(const std::string& text, uint64_t max) {
  auto bytes = parse_size(text);
  if (bytes && *bytes >= limit_bytes_min && *bytes <= max)
    return *bytes;
  return expected(fmt::format("a size from {} to {}, as in 512KiB",
                              format_bytes(limit_bytes_min),
                              format_bytes(max)));
}

result<std::chrono::milliseconds> duration_up_to(const std::string& text,
                                                 std::chrono::hours max) {
  auto span = parse_duration(text);
  if (span && *span <= max)
    return *span;
  return expected(fmt::format("a duration in ms, s, m or h up to {}h, as in "
                              "30s",
                              max.count()));
}

result<endpoint> address_in(const std::string& text, std::string_view what) {
  auto address = parse_endpoint(text);
  if (address)
    return *address;
  return expected(fmt::format("{}: {}", what, address.error().text));
}

result<node_label> parse_label(const std::string& text) {
  const auto equals = text.find('=');
  node_label label{text.substr(0, equals), {}};
  if (equals != std::string::npos)
    label.value = text.substr(equals + 1);
  const auto ok =
    !label.key.empty() && label.key.size() <= label_key_bytes_max
    && std::all_of(label.key.begin(), label.key.end(), is_name_char)
    && label.value.size() <= label_value_bytes_max
    && std::all_of(label.value.begin(), label.value.end(), is_label_char)
    && (equals == std::string::npos || !label.value.empty());
  if (ok)
    return label;
  return expected(fmt::format("labels KEY or KEY=VALUE of visible ASCII "
                              "characters with commas between them, found {}",
                              quote_text(text)));
}

/// Returns the sentence for a word that is none of `names`.
tl::unexpected<error> not_one_of(const std::string& text,
                                 const std::vector<std::string>& names) {
  return expected(
    fmt::format("{}{}", fmt::join(names, ", "), did_you_mean(text, names)));
}

} // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max
         && std::all_of(text.begin(), text.end(), is_name_char);
}

result<bool> parse_flag(const std::string& text) {
  for (auto yes : {"yes", "true", "on"})
    if (text == yes)
      return true;
  for (auto no : {"no", "false", "off"})
    if (text == no)
      return false;
  return expected("yes or no (or true, false, on, off)");
}

result<std::string> parse_name(const std::string& text) {
  if (is_name(text))
    return text;
  return expected(fmt::format("1 to {} letters, digits, dots, dashes or "
                              "underscores",
                              name_bytes_max));
}

result<std::string> parse_optional_name(const std::string& text) {
  return text.empty() ? text : parse_name(text);
}

result<node_roles> parse_roles(const std::string& text) {
  const auto parts = split_list(text);
  node_roles roles{false, false};
  for (const auto& part : parts) {
    if (part == "gateway")
      return fail(errc::bad_config, "the role gateway is not in this version; "
                                    "use coordinator, worker or both");
    const auto coordinator = part == "coordinator";
    if (!coordinator && part != "worker")
      return expected("coordinator, worker or both with a comma between them"
                      + did_you_mean(part, {"coordinator", "worker"}));
    auto& role = coordinator ? roles.coordinator : roles.worker;
    if (std::exchange(role, true))
      return fail(errc::bad_config, fmt::format("the role {} is listed twice; "
                                                "remove one of the two",
                                                part));
  }
  if (parts.empty())
    return expected("at least one role: coordinator, worker or both with a "
                    "comma between them");
  return roles;
}

result<endpoint> parse_listen(const std::string& text) {
  return address_in(text, "an address to listen on");
}

result<std::vector<endpoint>> parse_join(const std::string& text) {
  auto parse_one = [](const std::string& part) -> result<endpoint> {
    auto where = address_in(part, "the addresses of coordinators with commas "
                                  "between them");
    if (where && where->port == 0)
      return expected("a port from 1 to 65535: nobody can be reached at port "
                      "0");
    return where;
  };
  auto addresses = parse_list<endpoint>(text, parse_one);
  if (addresses && addresses->empty())
    return expected("the address of a coordinator, as in 127.0.0.1:7400");
  return addresses;
}

result<std::chrono::milliseconds>
parse_heartbeat_interval(const std::string& text) {
  auto span = parse_duration(text);
  if (span && *span >= limits::heartbeat_interval_min
      && *span <= limits::heartbeat_interval_max)
    return *span;
  return expected("a duration from 20ms to 10s, as in 200ms");
}

result<std::chrono::milliseconds> parse_silence(const std::string& text) {
  auto span = parse_duration(text);
  if (span && *span >= limits::silence_min && *span <= limits::silence_max)
    return *span;
  return expected("a duration from 100ms to 10m, as in 2s");
}

result<std::chrono::milliseconds> parse_drain_timeout(const std::string& text) {
  return duration_up_to(text, std::chrono::hours{24});
}

result<std::chrono::milliseconds> parse_keep_for(const std::string& text) {
  return duration_up_to(text, std::chrono::hours{24 * 365});
}

result<uint32_t> parse_threads(const std::string& text) {
  return small_count_in(text, threads_max);
}

result<uint32_t> parse_slots(const std::string& text) {
  return small_count_in(text, limits::slots_max);
}

result<uint64_t> parse_cpus(const std::string& text) {
  if (text == "0")
    return 0;
  if (auto amount = parse_amount(text))
    return *amount;
  return expected(fmt::format("0 or an amount of at most four decimals, up to "
                              "{}, as in 2.5",
                              limits::resource_amount_max));
}

result<uint64_t> parse_worker_memory(const std::string& text) {
  auto bytes = parse_size(text);
  if (bytes && (*bytes == 0 || *bytes >= memory_bytes_min)
      && *bytes <= worker_memory_bytes_max)
    return *bytes;
  return expected(fmt::format("0 or a size from {} to {}, as in 2GiB",
                              format_bytes(memory_bytes_min),
                              format_bytes(worker_memory_bytes_max)));
}

result<std::vector<named_amount>> parse_resources(const std::string& text) {
  const auto parts = split_list(text);
  if (parts.empty())
    return std::vector<named_amount>{};
  auto named = parse_named(fmt::format("{}", fmt::join(parts, ",")));
  if (named)
    return named;
  return expected(
    fmt::format("resources as in gpu:1,licence:0.5: {}", named.error().text));
}

result<std::string> parse_placement(const std::string& text) {
  if (is_placement_name(text))
    return text;
  return not_one_of(text, {placement_names.begin(), placement_names.end()});
}

result<memory_limit> parse_memory(const std::string& text) {
  if (text.ends_with('%')) {
    auto percent = parse_count(text.substr(0, text.size() - 1), 1, 100);
    if (percent)
      return memory_limit{0, static_cast<uint32_t>(*percent)};
  } else if (auto bytes = parse_size(text);
             bytes && *bytes >= memory_bytes_min) {
    return memory_limit{*bytes, 0};
  }
  return expected(fmt::format("1% to 100% of the RAM or a size from {}, as in "
                              "2GiB",
                              format_bytes(memory_bytes_min)));
}

result<uint64_t> parse_max_dead(const std::string& text) {
  return count_in(text, 1, kept_max);
}

result<uint64_t> parse_keep_count(const std::string& text) {
  return count_in(text, 0, kept_max);
}

result<uint64_t> parse_input_limit(const std::string& text) {
  return size_up_to(text, limits::input_bytes_max);
}

result<uint64_t> parse_result_limit(const std::string& text) {
  return size_up_to(text, limits::result_bytes_max);
}

result<uint64_t> parse_job_result_limit(const std::string& text) {
  return size_up_to(text, limits::job_result_bytes_max);
}

result<std::vector<node_label>> parse_labels(const std::string& text) {
  return parse_list<node_label>(text, parse_label);
}

result<std::vector<std::string>> parse_folders(const std::string& text) {
  auto parse_one = [](const std::string& part) -> result<std::string> {
    if (part.starts_with('/') && part.size() <= path_bytes_max
        && part.find('\0') == std::string::npos)
      return part;
    return expected(fmt::format("absolute paths of folders with commas between "
                                "them, found {}",
                                quote_text(part)));
  };
  return parse_list<std::string>(text, parse_one);
}

result<log_level> parse_level(const std::string& text) {
  if (auto level = parse_log_level(text))
    return *level;
  return not_one_of(text, {"trace", "debug", "info", "warn", "error", "off"});
}

result<log_format> parse_format(const std::string& text) {
  if (auto format = parse_log_format(text))
    return *format;
  return not_one_of(text, {"auto", "human", "json"});
}

} // namespace troupe::option_values
