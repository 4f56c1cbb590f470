#include "runtime/function/codec.hpp"
#include "runtime/function/count_table.hpp"
#include "runtime/function/key_order.hpp"
#include "runtime/function/reducer_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <vector>

/// Reducers of maps to numbers: merge_counts, top:N.
namespace troupe::reducers {

namespace {

/// Adds up the values of each key. Keys stay in their encoding: they are
/// compared and written, never looked into.
template <class T>
class counts_state : public reducer_state {
public:
  explicit counts_state(type_description type) : type_(std::move(type)) {
    // nop
  }

  result<void> add(std::string_view bytes) override {
    byte_reader in{bytes};
    if (!read(in) || !in.finish())
      return tl::unexpected{
        in.problem(to_string(type_),
                   overflow_ ? errc::integer_overflow : errc::bad_input)};
    return {};
  }

  result<void> merge(std::string_view partial) override {
    return add(partial);
  }

  void write_partial(std::string& out) const override {
    out.reserve(out.size() + bytes());
    write_varint(table_.size(), out);
    table_.for_each([&](std::string_view key, uint64_t bits) {
      out.append(key);
      encode(from_bits(bits), out);
    });
  }

  size_t bytes() const override {
    constexpr size_t typical_value = std::is_same_v<T, double> ? 8 : 3;
    return table_.key_bytes() + typical_value * table_.size() + 10;
  }

  void clear() override {
    table_.clear();
    overflow_ = false;
  }

  result<void> finish(std::string& out) const override {
    write_partial(out);
    return {};
  }

protected:
  static T from_bits(uint64_t bits) {
    return std::bit_cast<T>(bits);
  }

  const type_description& key_type() const {
    return type_.parts[0];
  }

  const count_table& table() const {
    return table_;
  }

private:
  bool read(byte_reader& in) {
    const auto& key = key_type();
    uint64_t count = 0;
    if (!in.count(count, key.bytes_min + codec<T>::bytes_min))
      return false;
    for (uint64_t i = 0; i < count; ++i) {
      auto begin = in.position();
      T x{};
      if (!skip_key(in, key))
        return false;
      auto key_bytes = in.since(begin);
      if (!codec<T>::read(in, x) || !raise(in, key_bytes, x))
        return false;
    }
    return true;
  }

  // Words are the common case and worth a shorter way.
  static bool skip_key(byte_reader& in, const type_description& key) {
    std::string_view text;
    return key.kind == type_kind::string ? in.sized(text) : skip_value(in, key);
  }

  bool raise(byte_reader& in, std::string_view key, T by) {
    if (table_.full())
      return in.refuse("there are more than 2^32 different keys");
    auto& bits = table_.at(key, std::bit_cast<uint64_t>(T{}));
    auto sum = from_bits(bits);
    if constexpr (std::is_floating_point_v<T>) {
      sum += by;
    } else if (__builtin_add_overflow(sum, by, &sum)) {
      overflow_ = true;
      return in.refuse("the sum of a key is out of range for 64-bit integers");
    }
    bits = std::bit_cast<uint64_t>(sum);
    return true;
  }

  type_description type_;
  count_table table_;
  bool overflow_ = false;
};

/// As `counts_state`, but the final value is only the largest sums. A partial
/// must keep them all: a key that is small here may be large elsewhere.
template <class T>
class top_state final : public counts_state<T> {
public:
  top_state(type_description type, size_t most)
    : counts_state<T>(std::move(type)), most_(most) {
    // nop
  }

  result<void> finish(std::string& out) const override {
    std::vector<entry> all;
    all.reserve(this->table().size());
    this->table().for_each([&](std::string_view key, uint64_t bits) {
      all.push_back({key, this->from_bits(bits)});
    });
    auto most = std::min(most_, all.size());
    auto middle = all.begin() + static_cast<ptrdiff_t>(most);
    std::partial_sort(
      all.begin(), middle, all.end(),
      [this](const entry& x, const entry& y) { return before(x, y); });
    write_varint(most, out);
    for (auto at = all.begin(); at != middle; ++at) {
      out.append(at->key);
      encode(at->sum, out);
    }
    return {};
  }

private:
  struct entry {
    std::string_view key;
    T sum;
  };

  bool before(const entry& x, const entry& y) const {
    if constexpr (std::is_floating_point_v<T>)
      if (std::isnan(x.sum) != std::isnan(y.sum))
        return std::isnan(y.sum);
    if (x.sum > y.sum || x.sum < y.sum)
      return x.sum > y.sum;
    return compare_keys(this->key_type(), x.key, y.key) < 0;
  }

  size_t most_;
};

/// Fills in `init` with the state for the map's type of values.
template <template <class> class State, class... Ts>
result<reducer> of_counts(const char* name, reducer out,
                          const type_description& type, Ts... xs) {
  auto wanted = type.kind == type_kind::map;
  switch (wanted ? type.parts[1].kind : type_kind::null) {
    case type_kind::integer:
      out.init = init_with<State<int64_t>>(type, xs...);
      return out;
    case type_kind::unsigned_integer:
      out.init = init_with<State<uint64_t>>(type, xs...);
      return out;
    case type_kind::floating:
      out.init = init_with<State<double>>(type, xs...);
      return out;
    default:
      return needs(name, "map<..., int>, map<..., uint> or map<..., float>",
                   to_string(type));
  }
}

result<size_t> parse_top(argument extra) {
  auto text = extra.value_or("");
  uint64_t most = 0;
  auto end = text.data() + text.size();
  auto [stop, problem] = std::from_chars(text.data(), end, most);
  if (problem != std::errc{} || stop != end || most == 0 || most > top_max)
    return fail(errc::bad_reducer,
                fmt::format("the reducer top needs a number from 1 to {}, as "
                            "in top:10; got `{}`",
                            top_max, text.substr(0, 40)));
  return static_cast<size_t>(most);
}

} // namespace

result<reducer> make_merge_counts(argument extra, std::string_view type) {
  auto parsed = plain_type("merge_counts", extra, type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  reducer out{"merge_counts", false, false, std::string{type}, {}};
  return of_counts<counts_state>("merge_counts", std::move(out), *parsed);
}

result<reducer> make_top(argument extra, std::string_view type) {
  auto most = parse_top(extra);
  if (!most)
    return tl::unexpected{std::move(most.error())};
  auto parsed = parse_type(type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  reducer out{"top", false, false, {}, {}};
  if (parsed->parts.size() == 2)
    out.result_type =
      fmt::format("list<tuple<{},{}>>", to_string(parsed->parts[0]),
                  to_string(parsed->parts[1]));
  return of_counts<top_state>("top", std::move(out), *parsed, *most);
}

} // namespace troupe::reducers
