#include "runtime/function/reducer.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/function/reducer_parts.hpp"

#include <fmt/format.h>

#include <map>

namespace troupe {

namespace {

constexpr std::string_view name_of_top = "top";

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

namespace {

/// Makes a reducer for functions of `type`. `argument` is what follows the
/// colon in the spec, none without a colon.
using reducer_factory = result<reducer> (*)(
  std::optional<std::string_view> argument, std::string_view type);

const std::map<std::string_view, reducer_factory>& factories() {
  using namespace reducers;
  static const std::map<std::string_view, reducer_factory> all{
    {"collect", make_collect}, {"none", make_none},
    {"count", make_count},     {"concat", make_concat},
    {"sum", make_sum},         {"min", make_min},
    {"max", make_max},         {"stats", make_stats},
    {name_of_top, make_top},   {"merge_counts", make_merge_counts},
  };
  return all;
}

} // namespace

result<reducer> make_reducer(std::string_view spec,
                             std::string_view function_result_type) {
  auto colon = spec.find(':');
  auto name = spec.substr(0, colon);
  auto found = factories().find(name);
  if (found == factories().end()) {
    std::vector<std::string> known;
    for (const auto& [other, factory] : factories())
      known.emplace_back(other);
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

std::vector<std::string> reducer_names() {
  std::vector<std::string> out;
  for (const auto& [name, factory] : factories())
    out.push_back(std::string{name} + (name == name_of_top ? ":N" : ""));
  return out;
}

} // namespace troupe
