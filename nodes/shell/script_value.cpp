#include "nodes/shell/script_value.hpp"

#include "nodes/shell/lone_surrogates.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <compare>

namespace troupe::shell {

namespace {

using nlohmann::json;

/// Reads JSON that may come from anywhere; `discarded` if it is none or too
/// deep.
json read_json(std::string_view text) {
  bool too_deep = false;
  auto look = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || static_cast<size_t>(depth) > limits::json_depth_max;
    return !too_deep;
  };
  auto read = json::parse(replace_lone_surrogates(text), look, false);
  return too_deep ? json(json::value_t::discarded) : read;
}

std::string text_of(const json& value) {
  if (value.is_string())
    return value.get<std::string>();
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number out{};
  auto end = text.data() + text.size();
  auto [rest, problem] = std::from_chars(text.data(), end, out);
  if (text.empty() || problem != std::errc{} || rest != end)
    return std::nullopt;
  return out;
}

std::optional<double> parse_decimal(std::string_view text) {
  // Words like "inf" and "nan" are texts.
  if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
    return std::nullopt;
  return parse_number<double>(text);
}

std::optional<std::partial_ordering> order(const std::string& left,
                                           const std::string& right) {
  auto left_whole = parse_number<int64_t>(left);
  auto right_whole = parse_number<int64_t>(right);
  if (left_whole && right_whole)
    return *left_whole <=> *right_whole;
  // Those beyond 2^63, which are too many for a double.
  auto left_positive = parse_number<uint64_t>(left);
  auto right_positive = parse_number<uint64_t>(right);
  if (left_positive && right_positive)
    return *left_positive <=> *right_positive;
  auto left_decimal = parse_decimal(left);
  auto right_decimal = parse_decimal(right);
  if (left_decimal && right_decimal)
    return *left_decimal <=> *right_decimal;
  return std::nullopt;
}

bool contains(const std::string& whole, const std::string& piece) {
  auto read = read_json(whole);
  if (read.is_array())
    return std::any_of(read.begin(), read.end(), [&](const json& element) {
      return text_of(element) == piece;
    });
  return whole.find(piece) != std::string::npos;
}

/// Returns whether two values are the same, whatever blanks their JSON has.
bool is_same(const std::string& left, const std::string& right) {
  if (left == right)
    return true;
  return is_json_container(left) && is_json_container(right)
         && read_json(left) == read_json(right);
}

/// Returns the element of an array or the member of an object, or nullptr.
const json* child(const json& value, const std::string& name) {
  if (value.is_array()) {
    auto index = parse_number<size_t>(name);
    return index && *index < value.size() ? &value[*index] : nullptr;
  }
  if (!value.is_object())
    return nullptr;
  auto found = value.find(name);
  return found == value.end() ? nullptr : &*found;
}

std::string no_field(const json& value, const std::string& name) {
  if (value.is_array())
    return fmt::format("there is no element {} among {}", name, value.size());
  if (!value.is_object())
    return fmt::format("{} has no fields, so no {}", quote_text(text_of(value)),
                       quote_text(name));
  std::vector<std::string> known;
  std::string all;
  for (const auto& item : value.items()) {
    known.push_back(item.key());
    if (known.size() <= 20)
      all += (all.empty() ? "" : ", ") + escape_text(item.key());
  }
  auto meant = did_you_mean(name, known);
  return fmt::format("there is no field {}{}", quote_text(name),
                     meant.empty() ? "; the fields are " + all : meant);
}

} // namespace

bool is_json_container(std::string_view text) {
  auto begin = text.find_first_not_of(" \t\r\n");
  // Most values are short texts, so look before reading all.
  if (begin == std::string_view::npos
      || (text[begin] != '{' && text[begin] != '['))
    return false;
  return read_json(text).is_structured();
}

result<std::string> json_field(std::string_view value,
                               std::string_view fields) {
  auto root = read_json(value);
  if (!root.is_structured())
    return fail(errc::bad_usage, "it is no JSON, so it has no fields");
  const json* at = &root;
  while (!fields.empty()) {
    fields.remove_prefix(1); // The dot.
    auto end = std::min(fields.find('.'), fields.size());
    std::string name{fields.substr(0, end)};
    const auto* next = child(*at, name);
    if (next == nullptr)
      return fail(errc::bad_usage, no_field(*at, name));
    at = next;
    fields.remove_prefix(end);
  }
  return text_of(*at);
}

std::vector<std::string> elements(std::string_view value) {
  std::vector<std::string> out;
  auto begin = value.find_first_not_of(" \t\r\n");
  if (begin != std::string_view::npos && value[begin] == '[') {
    auto read = read_json(value);
    if (read.is_array()) {
      for (const auto& element : read)
        out.push_back(text_of(element));
      return out;
    }
  }
  while (!value.empty()) {
    auto end = std::min(value.find('\n'), value.size());
    out.emplace_back(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return out;
}

result<bool> compare(const std::string& left, std::string_view op,
                     const std::string& right) {
  if (op == "contains")
    return contains(left, right);
  auto found = order(left, right);
  if (op == "==")
    return found ? std::is_eq(*found) : is_same(left, right);
  if (op == "!=")
    return found ? std::is_neq(*found) : !is_same(left, right);
  if (!found)
    return fail(errc::bad_usage,
                fmt::format("{} compares numbers, but {} is none", op,
                            quote_text(parse_decimal(left) ? right : left)));
  if (op == "<")
    return std::is_lt(*found);
  if (op == "<=")
    return std::is_lteq(*found);
  if (op == ">")
    return std::is_gt(*found);
  return std::is_gteq(*found);
}

std::optional<integer_range> parse_integer_range(std::string_view text) {
  auto dots = text.find("..");
  if (dots == std::string_view::npos)
    return std::nullopt;
  auto begin = parse_number<int64_t>(text.substr(0, dots));
  auto end = parse_number<int64_t>(text.substr(dots + 2));
  if (!begin || !end)
    return std::nullopt;
  return integer_range{*begin, *end};
}

} // namespace troupe::shell
