#include "runtime/function/codec.hpp"
#include "runtime/function/reducer_parts.hpp"

#include <cmath>
#include <cstdint>
#include <tuple>

/// Reducers of numbers: sum, min, max, stats.
namespace troupe::reducers {

namespace {

__extension__ using wide = __int128;

/// Sums integers in 128 bits, so that only the final value decides about an
/// overflow and not the order of merging.
template <class T>
class integer_sum final : public reducer_state {
public:
  result<void> add(std::string_view bytes) override {
    auto x = decode<T>(bytes);
    if (!x)
      return tl::unexpected{std::move(x.error())};
    return raise(*x);
  }

  result<void> merge(std::string_view partial) override {
    auto halves = decode<std::tuple<int64_t, uint64_t>>(partial);
    if (!halves)
      return tl::unexpected{std::move(halves.error())};
    auto [high, low] = *halves;
    return raise(static_cast<wide>(high) * one_high + low);
  }

  void write_partial(std::string& out) const override {
    auto low = static_cast<uint64_t>(sum_);
    encode(static_cast<int64_t>((sum_ - low) / one_high), out);
    encode(low, out);
  }

  size_t bytes() const override {
    return sizeof(sum_);
  }

  void clear() override {
    sum_ = 0;
  }

  result<void> finish(std::string& out) const override {
    using bounds = std::numeric_limits<T>;
    if (sum_ < bounds::min() || sum_ > bounds::max())
      return overflow();
    encode(static_cast<T>(sum_), out);
    return {};
  }

private:
  static constexpr wide one_high = static_cast<wide>(1) << 64;

  static tl::unexpected<error> overflow() {
    return fail(errc::integer_overflow,
                "the sum is out of range for 64-bit integers; let the function "
                "return floating point");
  }

  result<void> raise(wide by) {
    if (__builtin_add_overflow(sum_, by, &sum_))
      return overflow();
    return {};
  }

  wide sum_ = 0;
};

class float_sum final : public reducer_state {
public:
  result<void> add(std::string_view bytes) override {
    auto x = decode<double>(bytes);
    if (!x)
      return tl::unexpected{std::move(x.error())};
    sum_ += *x;
    return {};
  }

  result<void> merge(std::string_view partial) override {
    return add(partial);
  }

  void write_partial(std::string& out) const override {
    encode(sum_, out);
  }

  size_t bytes() const override {
    return sizeof(sum_);
  }

  void clear() override {
    sum_ = 0;
  }

  result<void> finish(std::string& out) const override {
    encode(sum_, out);
    return {};
  }

private:
  double sum_ = 0;
};

template <class T>
bool is_nan(const T& x) {
  if constexpr (std::is_floating_point_v<T>)
    return std::isnan(x);
  else
    return false;
}

/// Keeps the smallest or the largest result.
template <class T, bool Smallest>
class extreme_state final : public reducer_state {
public:
  result<void> add(std::string_view bytes) override {
    auto x = decode<T>(bytes);
    if (!x)
      return tl::unexpected{std::move(x.error())};
    take(std::move(*x));
    return {};
  }

  result<void> merge(std::string_view partial) override {
    auto x = decode<std::optional<T>>(partial);
    if (!x)
      return tl::unexpected{std::move(x.error())};
    if (*x)
      take(std::move(**x));
    return {};
  }

  void write_partial(std::string& out) const override {
    encode(best_, out);
  }

  size_t bytes() const override {
    if constexpr (std::is_same_v<T, std::string>)
      return 11 + (best_ ? best_->size() : 0);
    else
      return 1 + sizeof(T);
  }

  void clear() override {
    best_.reset();
  }

  result<void> finish(std::string& out) const override {
    encode(best_, out);
    return {};
  }

private:
  void take(T x) {
    if (!is_nan(x) && (!best_ || (Smallest ? x < *best_ : *best_ < x)))
      best_ = std::move(x);
  }

  std::optional<T> best_;
};

/// Count, mean and variance in one pass: B. Welford, "Note on a method for
/// calculating corrected sums of squares and products", Technometrics 4(3),
/// 1962; merged as in T. Chan, G. Golub, R. LeVeque, "Updating formulae and a
/// pairwise algorithm for computing sample variances", COMPSTAT 1982.
template <class T>
class stats_state final : public reducer_state {
public:
  result<void> add(std::string_view bytes) override {
    auto x = decode<T>(bytes);
    if (!x)
      return tl::unexpected{std::move(x.error())};
    auto number = static_cast<double>(*x);
    moments one{1, number, number, 0, {}, {}};
    if (!std::isnan(number))
      std::get<4>(one) = std::get<5>(one) = number;
    return combine(one);
  }

  result<void> merge(std::string_view partial) override {
    auto other = decode<moments>(partial);
    if (!other)
      return tl::unexpected{std::move(other.error())};
    return combine(*other);
  }

  void write_partial(std::string& out) const override {
    encode(all_, out);
  }

  size_t bytes() const override {
    return sizeof(all_);
  }

  void clear() override {
    all_ = {};
  }

  result<void> finish(std::string& out) const override {
    const auto& [count, sum, mean, squares, min, max] = all_;
    stats_summary summary{count, sum, min, max, {}, {}};
    if (count > 0) {
      summary.mean = mean;
      summary.stddev = std::sqrt(squares / static_cast<double>(count));
    }
    encode(summary, out);
    return {};
  }

private:
  // Count, sum, mean, sum of squared distances from the mean, min, max.
  using moments = std::tuple<uint64_t, double, double, double,
                             std::optional<double>, std::optional<double>>;

  result<void> combine(const moments& other) {
    auto& [count, sum, mean, squares, min, max] = all_;
    const auto& [count2, sum2, mean2, squares2, min2, max2] = other;
    if (count2 == 0)
      return {};
    auto before = static_cast<double>(count);
    if (__builtin_add_overflow(count, count2, &count))
      return fail(errc::integer_overflow, "the count of results is over 2^64");
    auto total = static_cast<double>(count);
    auto added = static_cast<double>(count2);
    auto delta = mean2 - mean;
    mean = before == 0 ? mean2 : mean + delta * (added / total);
    squares += squares2;
    if (before > 0)
      squares += delta * delta * (before * (added / total));
    sum += sum2;
    if (min2 && (!min || *min2 < *min))
      min = min2;
    if (max2 && (!max || *max < *max2))
      max = max2;
    return {};
  }

  moments all_;
};

template <bool Smallest>
result<reducer> make_extreme(const char* name, argument extra,
                             std::string_view type) {
  auto parsed = plain_type(name, extra, type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  reducer out{name, false, false, "optional<" + std::string{type} + '>', {}};
  switch (parsed->kind) {
    case type_kind::integer:
      out.init = init_with<extreme_state<int64_t, Smallest>>();
      break;
    case type_kind::unsigned_integer:
      out.init = init_with<extreme_state<uint64_t, Smallest>>();
      break;
    case type_kind::floating:
      out.init = init_with<extreme_state<double, Smallest>>();
      break;
    case type_kind::string:
      out.init = init_with<extreme_state<std::string, Smallest>>();
      break;
    default: return needs(name, "int, uint, float or string", type);
  }
  return out;
}

} // namespace

result<reducer> make_sum(argument extra, std::string_view type) {
  auto parsed = plain_type("sum", extra, type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  reducer out{"sum", false, false, std::string{type}, {}};
  switch (parsed->kind) {
    case type_kind::integer:
      out.init = init_with<integer_sum<int64_t>>();
      break;
    case type_kind::unsigned_integer:
      out.init = init_with<integer_sum<uint64_t>>();
      break;
    case type_kind::floating: out.init = init_with<float_sum>(); break;
    default: return needs("sum", "int, uint or float", type);
  }
  return out;
}

result<reducer> make_min(argument extra, std::string_view type) {
  return make_extreme<true>("min", extra, type);
}

result<reducer> make_max(argument extra, std::string_view type) {
  return make_extreme<false>("max", extra, type);
}

result<reducer> make_stats(argument extra, std::string_view type) {
  auto parsed = plain_type("stats", extra, type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  reducer out{"stats", false, false, type_of<stats_summary>(), {}};
  switch (parsed->kind) {
    case type_kind::integer:
      out.init = init_with<stats_state<int64_t>>();
      break;
    case type_kind::unsigned_integer:
      out.init = init_with<stats_state<uint64_t>>();
      break;
    case type_kind::floating:
      out.init = init_with<stats_state<double>>();
      break;
    default: return needs("stats", "int, uint or float", type);
  }
  return out;
}

} // namespace troupe::reducers
