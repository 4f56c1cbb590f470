#pragma once

#include "runtime/base/random.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/function/json.hpp"
#include "runtime/function/reducer.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

namespace troupe::test {

using results = std::vector<std::string>;

/// Encodes values of one type.
template <class T>
results encoded(const std::vector<T>& xs) {
  results out;
  for (const T& x : xs)
    encode(x, out.emplace_back());
  return out;
}

/// Adds results [begin, end) to one state, or splits them at random and
/// merges the partials of both halves, as worker and aggregator do.
inline result<std::string> partial_of(const reducer& how, const results& xs,
                                      size_t begin, size_t end,
                                      random_source* random) {
  auto state = how.init();
  if (random == nullptr || end - begin < 2 || random->next() % 8 == 0) {
    for (auto i = begin; i < end; ++i)
      if (auto added = state->add(xs[i]); !added)
        return tl::unexpected{added.error()};
  } else {
    auto middle = begin + random->next() % (end - begin + 1);
    for (auto [from, to] : {std::pair{begin, middle}, std::pair{middle, end}}) {
      auto part = partial_of(how, xs, from, to, random);
      if (!part)
        return part;
      if (auto merged = state->merge(*part); !merged)
        return tl::unexpected{merged.error()};
    }
  }
  std::string out;
  state->write_partial(out);
  return out;
}

/// Reduces all results; without `random` by one state. The value as JSON.
inline result<std::string> reduced(const reducer& how, const results& xs,
                                   random_source* random = nullptr) {
  auto partial = partial_of(how, xs, 0, xs.size(), random);
  if (!partial)
    return partial;
  auto state = how.init();
  std::string out;
  if (auto merged = state->merge(*partial); !merged)
    return tl::unexpected{merged.error()};
  if (auto done = state->finish(out); !done)
    return tl::unexpected{done.error()};
  return bytes_to_json(how.result_type, out);
}

/// Checks that the value is `want`, however the results are split.
inline void check_reduces(std::string_view spec, const std::string& type,
                          const results& xs, const std::string& want) {
  CAF_MESSAGE(std::string{spec} + " of " + type);
  auto how = make_reducer(spec, type);
  if (!how)
    CAF_MESSAGE(how.error().text);
  CAF_REQUIRE(how.has_value());
  auto got = reduced(*how, xs);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK_EQUAL(*got, want);
  auto random = make_seeded_random(xs.size());
  for (int round = 0; round < 50; ++round) {
    auto split = reduced(*how, xs, random.get());
    CAF_REQUIRE(split.has_value());
    CAF_CHECK_EQUAL(*split, want);
  }
}

/// Checks what every state must do with bytes from elsewhere and with
/// `clear`. `partial` must be one of the reducer's own.
inline void check_robust(std::string_view spec, const std::string& type,
                         const results& xs) {
  CAF_MESSAGE(std::string{spec} + " of " + type);
  auto how = make_reducer(spec, type);
  CAF_REQUIRE(how.has_value());
  auto partial = partial_of(*how, xs, 0, xs.size(), nullptr);
  CAF_REQUIRE(partial.has_value());
  for (size_t size = 0; size < partial->size(); ++size)
    CAF_CHECK(!how->init()->merge(partial->substr(0, size)).has_value());
  CAF_CHECK(!how->init()->merge(*partial + '\0').has_value());
  auto random = make_seeded_random(1);
  for (int round = 0; round < 2'000; ++round) {
    std::string noise;
    for (auto size = random->next() % 40; size > 0; --size)
      noise += static_cast<char>(random->next());
    auto state = how->init();
    (void)state->merge(noise);
    (void)state->add(noise);
  }
  auto state = how->init();
  std::string fresh;
  std::string cleared;
  state->write_partial(fresh);
  for (const auto& x : xs)
    CAF_CHECK(state->add(x).has_value());
  state->clear();
  state->write_partial(cleared);
  CAF_CHECK_EQUAL(cleared, fresh);
  CAF_CHECK(state->bytes() < 1000);
}

} // namespace troupe::test
