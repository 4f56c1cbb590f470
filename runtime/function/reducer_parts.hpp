#pragma once

#include "runtime/function/reducer.hpp"
#include "runtime/function/type_description.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// The built-in reducers by subject. Each is a `reducer_factory`.
namespace troupe::reducers {

using argument = std::optional<std::string_view>;

result<reducer> make_collect(argument extra, std::string_view type);
result<reducer> make_none(argument extra, std::string_view type);
result<reducer> make_count(argument extra, std::string_view type);
result<reducer> make_concat(argument extra, std::string_view type);
result<reducer> make_sum(argument extra, std::string_view type);
result<reducer> make_min(argument extra, std::string_view type);
result<reducer> make_max(argument extra, std::string_view type);
result<reducer> make_stats(argument extra, std::string_view type);
result<reducer> make_merge_counts(argument extra, std::string_view type);
result<reducer> make_top(argument extra, std::string_view type);

/// The error of a reducer that cannot take a function's results.
tl::unexpected<error> needs(std::string_view name, std::string_view wanted,
                            std::string_view got);

/// Refuses an argument: most reducers take none.
/// @returns the parsed type of the function's results.
result<type_description> plain_type(std::string_view name, argument extra,
                                    std::string_view type);

/// Returns an `init` that makes a `State` from copies of `xs`.
template <class State, class... Ts>
std::function<std::unique_ptr<reducer_state>()> init_with(Ts... xs) {
  return [xs...]() -> std::unique_ptr<reducer_state> {
    return std::make_unique<State>(xs...);
  };
}

} // namespace troupe::reducers
