#include "runtime/function/reducer.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/function/reducer_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe {

namespace {

constexpr std::string_view name_of_top = "top";

bool is_name(std::string_view name) {
  auto valid = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= limits::name_bytes_max
         && std::all_of(name.begin(), name.end(), valid);
}

} // namespace

namespace reducers {

tl::unexpected<error> needs(std::string_view name, std::string_view wanted,
                            std::string_view got) {
  return fail(errc::bad_reducer,
              fmt::format("the reducer {} needs results of type {}, but the "
                          "function's are {}",
                          name, wanted, got));
}

result<type_description> plain_type(std::string_view name, argument extra,
                                    std::string_view type) {
  if (extra)
    return fail(errc::bad_reducer,
                fmt::format("the reducer {} takes no argument, got `{}`", name,
                            extra->substr(0, limits::name_bytes_max)));
  return parse_type(type);
}

} // namespace reducers

reducer_registry::reducer_registry() {
  using namespace reducers;
  factories_["collect"] = make_collect;
  factories_["none"] = make_none;
  factories_["count"] = make_count;
  factories_["concat"] = make_concat;
  factories_["sum"] = make_sum;
  factories_["min"] = make_min;
  factories_["max"] = make_max;
  factories_["stats"] = make_stats;
  factories_["merge_counts"] = make_merge_counts;
  factories_[std::string{name_of_top}] = make_top;
}

result<void> reducer_registry::add(std::string name, reducer_factory factory) {
  if (!is_name(name))
    return fail(errc::bad_usage,
                fmt::format("`{}` cannot be the name of a reducer: use 1 to {} "
                            "letters, digits and _-.",
                            name.substr(0, limits::name_bytes_max),
                            limits::name_bytes_max));
  if (!factories_.try_emplace(name, std::move(factory)).second)
    return fail(errc::bad_usage,
                fmt::format("a reducer `{}` exists already; choose another "
                            "name",
                            name));
  return {};
}

result<reducer>
reducer_registry::make(std::string_view spec,
                       std::string_view function_result_type) const {
  auto colon = spec.find(':');
  auto name = spec.substr(0, colon);
  auto found = factories_.find(name);
  if (found == factories_.end()) {
    std::vector<std::string> known;
    for (const auto& [other, factory] : factories_)
      known.push_back(other);
    return fail(errc::unknown_reducer,
                fmt::format("there is no reducer `{}`{}",
                            name.substr(0, limits::name_bytes_max),
                            did_you_mean(name, known)));
  }
  std::optional<std::string_view> argument;
  if (colon != std::string_view::npos)
    argument = spec.substr(colon + 1);
  auto made = found->second(argument, function_result_type);
  if (made)
    made->spec = spec;
  return made;
}

std::vector<std::string> reducer_registry::names() const {
  std::vector<std::string> out;
  for (const auto& [name, factory] : factories_)
    out.push_back(name == name_of_top ? name + ":N" : name);
  return out;
}

result<reducer> make_reducer(std::string_view spec,
                             std::string_view function_result_type) {
  static const reducer_registry built_in;
  return built_in.make(spec, function_result_type);
}

std::vector<std::string> reducer_names() {
  return reducer_registry{}.names();
}

} // namespace troupe
