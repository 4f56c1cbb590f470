#include "runtime/function/codec.hpp"
#include "runtime/function/reducer_parts.hpp"

#include <fmt/format.h>

/// Reducers that do not compute with the results: collect, none, count,
/// concat.
namespace troupe::reducers {

namespace {

class none_state final : public reducer_state {
public:
  result<void> add(std::string_view) override {
    return {};
  }

  result<void> merge(std::string_view partial) override {
    if (auto valid = decode<null>(partial); !valid)
      return tl::unexpected{std::move(valid.error())};
    return {};
  }

  void write_partial(std::string& out) const override {
    encode(null{}, out);
  }

  size_t bytes() const override {
    return 1;
  }

  void clear() override {
    // nop
  }

  result<void> finish(std::string& out) const override {
    encode(null{}, out);
    return {};
  }
};

class count_state final : public reducer_state {
public:
  result<void> add(std::string_view) override {
    return raise(1);
  }

  result<void> merge(std::string_view partial) override {
    auto count = decode<uint64_t>(partial);
    if (!count)
      return tl::unexpected{std::move(count.error())};
    return raise(*count);
  }

  void write_partial(std::string& out) const override {
    encode(count_, out);
  }

  size_t bytes() const override {
    return sizeof(count_);
  }

  void clear() override {
    count_ = 0;
  }

  result<void> finish(std::string& out) const override {
    encode(count_, out);
    return {};
  }

private:
  result<void> raise(uint64_t by) {
    if (__builtin_add_overflow(count_, by, &count_))
      return fail(errc::integer_overflow, "the count of results is over 2^64");
    return {};
  }

  uint64_t count_ = 0;
};

/// Joins strings, byte strings or lists of elements of one type. All three
/// begin with their size, which is kept apart from what follows.
class concat_state final : public reducer_state {
public:
  explicit concat_state(type_description type)
    : type_(std::move(type)), is_list_(type_.kind == type_kind::list) {
    // nop
  }

  result<void> add(std::string_view bytes) override {
    byte_reader in{bytes};
    if (!skip_value(in, type_) || !in.finish())
      return tl::unexpected{in.problem(to_string(type_))};
    byte_reader header{bytes};
    uint64_t count = 0;
    header.varint(count);
    count_ += count; // At most the bytes that were seen: no overflow.
    body_ += header.rest();
    return {};
  }

  result<void> merge(std::string_view partial) override {
    return add(partial);
  }

  void write_partial(std::string& out) const override {
    write_varint(is_list_ ? count_ : body_.size(), out);
    out += body_;
  }

  size_t bytes() const override {
    return body_.size() + 10;
  }

  void clear() override {
    count_ = 0;
    body_.clear();
  }

  result<void> finish(std::string& out) const override {
    write_partial(out);
    return {};
  }

private:
  type_description type_;
  bool is_list_;
  uint64_t count_ = 0;
  std::string body_;
};

} // namespace

result<reducer> make_collect(argument extra, std::string_view type) {
  auto parsed = plain_type("collect", extra, type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  // A list around it must still be a type.
  auto list = fmt::format("list<{}>", type);
  if (auto valid = parse_type(list); !valid)
    return tl::unexpected{std::move(valid.error())};
  return reducer{"collect", true, true, std::move(list), nullptr};
}

result<reducer> make_none(argument extra, std::string_view type) {
  auto parsed = plain_type("none", extra, type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  return reducer{"none", false, false, "null", init_with<none_state>()};
}

result<reducer> make_count(argument extra, std::string_view type) {
  auto parsed = plain_type("count", extra, type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  return reducer{"count", false, false, "uint", init_with<count_state>()};
}

result<reducer> make_concat(argument extra, std::string_view type) {
  auto parsed = plain_type("concat", extra, type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  auto kind = parsed->kind;
  if (kind != type_kind::string && kind != type_kind::bytes
      && kind != type_kind::list)
    return needs("concat", "string, bytes or list<...>", type);
  return reducer{"concat", true, false, std::string{type},
                 init_with<concat_state>(std::move(*parsed))};
}

} // namespace troupe::reducers
