#pragma once

#include "runtime/base/error.hpp"
#include "runtime/function/byte_reader.hpp"
#include "runtime/function/struct_fields.hpp"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

/// The byte codec of inputs, arguments and results. A value is written without
/// its type; both sides know the type's *descriptor*, a text:
///
/// | descriptor       | C++                              | bytes             |
/// | ---------------- | -------------------------------- | ----------------- |
/// | `null`           | `null`, `void` results           | one 0             |
/// | `bool`           | `bool`                           | 0 or 1            |
/// | `int`            | every signed integer             | zigzag varint     |
/// | `uint`           | every unsigned integer           | varint            |
/// | `float`          | `float`, `double`                | 8 bytes, IEEE, LE |
/// | `string`         | `std::string`, `string_view`     | varint length, it |
/// | `bytes`          | `std::vector<char>`, `<uint8_t>` | varint length, it |
/// | `any`            | `value`                          | see `value`       |
/// | `list<T>`        | `std::vector<T>`                 | count, elements   |
/// | `map<K,V>`       | `std::map`, `std::unordered_map` | count, K V K V .. |
/// | `optional<T>`    | `std::optional<T>`               | 0, or 1 and T     |
/// | `tuple<A,B,..>`  | `std::tuple`, `std::pair`        | A B ..            |
/// | `{name:T,..}`    | `TROUPE_STRUCT`                  | fields in order   |
///
/// Every value takes at least one byte, so that a count can be checked against
/// the bytes that follow. There is one spelling for each descriptor (no
/// spaces) and one encoding for each value, except for the order of a map.
namespace troupe {

/// The only value of the type `null`.
struct null {
  friend bool operator==(const null&, const null&) = default;
};

/// A value together with its type: what `any` stands for. Its encoding is the
/// descriptor as sized string, then the value's bytes.
struct value {
  std::string type = "null";
  std::string bytes = std::string(1, '\0');

  friend bool operator==(const value&, const value&) = default;
};

/// Types nest at most this deep, values of type `any` included.
constexpr size_t nesting_max = 64;

/// No descriptor is longer than this.
constexpr size_t descriptor_bytes_max = 16 * 1024;

/// How one C++ type is described, written and read. Specialized below for
/// everything in the table; your own types come in with `TROUPE_STRUCT`.
template <class T>
struct codec {
  static_assert(sizeof(T) == 0,
                "this type cannot travel: use integers, floating point, bool, "
                "std::string, byte vectors, std::vector, std::map, "
                "std::optional, std::tuple, or TROUPE_STRUCT for your own");
};

/// Returns the descriptor of `T`. The text lives as long as the process.
template <class T>
const std::string& type_of() {
  static_assert(codec<T>::depth <= nesting_max, "the type nests too deeply");
  static const std::string text = [] {
    std::string out;
    codec<T>::describe(out);
    return out;
  }();
  return text;
}

/// Appends the encoding of `x` to `out`.
template <class T>
void encode(const T& x, std::string& out) {
  codec<T>::write(x, out);
}

/// Reads a value that fills `bytes` exactly. Views in the result point into
/// `bytes`.
/// @returns `errc::bad_input` saying where and what was expected.
template <class T>
result<T> decode(std::string_view bytes) {
  byte_reader reader{bytes};
  T x{};
  if (!codec<T>::read(reader, x) || !reader.finish())
    return tl::unexpected{reader.problem(type_of<T>())};
  return x;
}

/// Appends a value of that type, encoded, as a value of type `any`.
inline void append_any(std::string_view type, std::string_view encoded,
                       std::string& out) {
  write_sized(type, out);
  out.append(encoded);
}

/// Appends `x` as a value of type `any`.
template <class T>
void encode_any(const T& x, std::string& out) {
  write_sized(type_of<T>(), out);
  encode(x, out);
}

namespace detail {

/// Reads one value of type `any`; both views point into the reader's bytes.
bool read_any(byte_reader& in, std::string_view& type, std::string_view& bytes);

/// The error of two types that differ.
error mismatch(std::string_view ours, std::string_view theirs);

/// Checks that `bytes` are one value of `type`; see `type_description.hpp`.
result<void> check_value(std::string_view type, std::string_view bytes);

/// Memory reserved before the first element was seen to be there.
constexpr size_t reserve_bytes_max = 64 * 1024;

template <class T>
concept character =
  std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<
    T, char8_t> || std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept integer = std::integral<T> && !character<T> && !std::same_as<T, bool>;

/// Reads `count` elements with `read_one`, which inserts them.
template <class T, class ReadOne>
bool read_elements(byte_reader& in, size_t bytes_min, T& x, ReadOne read_one) {
  uint64_t count = 0;
  if (!in.count(count, bytes_min))
    return false;
  x.clear();
  if constexpr (requires { x.reserve(size_t{}); })
    x.reserve(std::min(static_cast<size_t>(count),
                       reserve_bytes_max / sizeof(typename T::value_type)));
  for (uint64_t i = 0; i < count; ++i)
    if (!read_one())
      return false;
  return true;
}

/// For the types whose descriptor is one word.
template <class T>
struct scalar_codec {
  static constexpr size_t depth = 1;
  static constexpr size_t bytes_min = 1;
};

/// For everything that is written as its parts in order.
template <class... Ts>
struct sequence_codec {
  static_assert(sizeof...(Ts) > 0, "an empty tuple or struct holds nothing");
  static constexpr size_t depth = 1 + std::max({codec<Ts>::depth...});
  static constexpr size_t bytes_min = (codec<Ts>::bytes_min + ...);
};

/// Appends `name<A,B>`.
template <class... Ts>
void describe_template(std::string_view name, std::string& out) {
  out.append(name);
  auto separator = '<';
  ((out.push_back(std::exchange(separator, ',')), codec<Ts>::describe(out)),
   ...);
  out.push_back('>');
}

} // namespace detail

/// Appends `x` in the encoding of `wanted`: as it is if `wanted` is its own
/// type, wrapped if `wanted` is `any`.
/// @returns `errc::type_mismatch` naming both types; `out` is unchanged then.
template <class T>
result<void> encode_as(const T& x, std::string_view wanted, std::string& out) {
  if constexpr (std::is_same_v<T, value>) {
    if (wanted == "any") {
      encode(x, out);
      return {};
    }
    if (wanted != x.type)
      return tl::unexpected{detail::mismatch(x.type, wanted)};
    out.append(x.bytes);
    return {};
  } else {
    if (wanted == type_of<T>())
      encode(x, out);
    else if (wanted == "any")
      encode_any(x, out);
    else
      return tl::unexpected{detail::mismatch(type_of<T>(), wanted)};
    return {};
  }
}

/// Reads a `T` from `bytes` of type `actual`: directly if that is its own
/// type, unwrapped if `actual` is `any`. A `value` takes every type.
/// @returns `errc::type_mismatch` or `errc::bad_input`.
template <class T>
result<T> decode_as(std::string_view bytes, std::string_view actual) {
  if (actual == type_of<T>())
    return decode<T>(bytes);
  if constexpr (std::is_same_v<T, value>) {
    if (auto ok = detail::check_value(actual, bytes); !ok)
      return tl::unexpected{std::move(ok.error())};
    return value{std::string{actual}, std::string{bytes}};
  } else {
    if (actual != "any")
      return tl::unexpected{detail::mismatch(type_of<T>(), actual)};
    byte_reader reader{bytes};
    std::string_view type;
    std::string_view inner;
    if (!detail::read_any(reader, type, inner) || !reader.finish())
      return tl::unexpected{reader.problem("any")};
    if (type != type_of<T>())
      return tl::unexpected{detail::mismatch(type_of<T>(), type)};
    return decode<T>(inner);
  }
}

template <>
struct codec<null> : detail::scalar_codec<null> {
  static void describe(std::string& out) {
    out += "null";
  }
  static void write(const null&, std::string& out) {
    out.push_back('\0');
  }
  static bool read(byte_reader& in, null&) {
    uint8_t zero = 0;
    return in.byte(zero) && (zero == 0 || in.refuse("expected null (0)"));
  }
};

template <>
struct codec<bool> : detail::scalar_codec<bool> {
  static void describe(std::string& out) {
    out += "bool";
  }
  static void write(bool x, std::string& out) {
    out.push_back(x ? '\1' : '\0');
  }
  static bool read(byte_reader& in, bool& x) {
    return in.flag(x);
  }
};

template <detail::integer T>
struct codec<T> : detail::scalar_codec<T> {
  using bounds = std::numeric_limits<T>;

  static void describe(std::string& out) {
    out += std::is_signed_v<T> ? "int" : "uint";
  }
  static void write(T x, std::string& out) {
    if constexpr (std::is_signed_v<T>)
      write_varint(zigzag(x), out);
    else
      write_varint(x, out);
  }
  static bool read(byte_reader& in, T& x) {
    uint64_t wide = 0;
    if (!in.varint(wide))
      return false;
    if constexpr (std::is_signed_v<T>) {
      auto got = unzigzag(wide);
      if (got < bounds::min() || got > bounds::max())
        return in.refuse_range(bounds::min(), bounds::max(), got);
      x = static_cast<T>(got);
    } else {
      if (wide > bounds::max())
        return in.refuse_range(bounds::max(), wide);
      x = static_cast<T>(wide);
    }
    return true;
  }
};

template <class T>
requires(std::same_as<T, float> || std::same_as<T, double>) struct codec<T> {
  static constexpr size_t depth = 1;
  static constexpr size_t bytes_min = 8;

  static void describe(std::string& out) {
    out += "float";
  }
  static void write(T x, std::string& out) {
    write_fixed64(std::bit_cast<uint64_t>(static_cast<double>(x)), out);
  }
  static bool read(byte_reader& in, T& x) {
    uint64_t bits = 0;
    if (!in.fixed64(bits))
      return false;
    x = static_cast<T>(std::bit_cast<double>(bits));
    return true;
  }
};

template <class T>
requires(std::same_as<
           T, std::string> || std::same_as<T, std::string_view>) struct codec<T>
  : detail::scalar_codec<T> {
  static void describe(std::string& out) {
    out += "string";
  }
  static void write(std::string_view x, std::string& out) {
    write_sized(x, out);
  }
  static bool read(byte_reader& in, T& x) {
    std::string_view got;
    if (!in.sized(got))
      return false;
    x = got;
    return true;
  }
};

template <class T>
requires(std::same_as<T, char> || std::same_as<T, unsigned char>) struct codec<
  std::vector<T>> : detail::scalar_codec<std::vector<T>> {
  static void describe(std::string& out) {
    out += "bytes";
  }
  static void write(const std::vector<T>& x, std::string& out) {
    write_varint(x.size(), out);
    out.append(x.begin(), x.end());
  }
  static bool read(byte_reader& in, std::vector<T>& x) {
    std::string_view got;
    if (!in.sized(got))
      return false;
    x.assign(got.begin(), got.end());
    return true;
  }
};

template <>
struct codec<value> {
  static constexpr size_t depth = 1;
  static constexpr size_t bytes_min = 2;

  static void describe(std::string& out) {
    out += "any";
  }
  static void write(const value& x, std::string& out) {
    append_any(x.type, x.bytes, out);
  }
  static bool read(byte_reader& in, value& x) {
    std::string_view type;
    std::string_view bytes;
    if (!detail::read_any(in, type, bytes))
      return false;
    x.type = type;
    x.bytes = bytes;
    return true;
  }
};

template <class T>
struct codec<std::vector<T>> {
  static constexpr size_t depth = 1 + codec<T>::depth;
  static constexpr size_t bytes_min = 1;

  static void describe(std::string& out) {
    detail::describe_template<T>("list", out);
  }
  static void write(const std::vector<T>& x, std::string& out) {
    write_varint(x.size(), out);
    for (const T& element : x)
      codec<T>::write(element, out);
  }
  static bool read(byte_reader& in, std::vector<T>& x) {
    return detail::read_elements(in, codec<T>::bytes_min, x, [&] {
      T element{};
      if (!codec<T>::read(in, element))
        return false;
      x.push_back(std::move(element));
      return true;
    });
  }
};

namespace detail {

template <class Map>
struct map_codec {
  using key = typename Map::key_type;
  using mapped = typename Map::mapped_type;
  static constexpr size_t depth =
    1 + std::max(codec<key>::depth, codec<mapped>::depth);
  static constexpr size_t bytes_min = 1;

  static void describe(std::string& out) {
    describe_template<key, mapped>("map", out);
  }
  static void write(const Map& x, std::string& out) {
    write_varint(x.size(), out);
    for (const auto& [k, v] : x) {
      codec<key>::write(k, out);
      codec<mapped>::write(v, out);
    }
  }
  static bool read(byte_reader& in, Map& x) {
    auto entry_min = codec<key>::bytes_min + codec<mapped>::bytes_min;
    return read_elements(in, entry_min, x, [&] {
      key k{};
      mapped v{};
      if (!codec<key>::read(in, k) || !codec<mapped>::read(in, v))
        return false;
      auto size = x.size();
      x.emplace_hint(x.end(), std::move(k), std::move(v));
      return x.size() > size || in.refuse("a key of a map appears twice");
    });
  }
};

} // namespace detail

template <class... Ts>
struct codec<std::map<Ts...>> : detail::map_codec<std::map<Ts...>> {};

template <class... Ts>
struct codec<std::unordered_map<Ts...>>
  : detail::map_codec<std::unordered_map<Ts...>> {};

template <class T>
struct codec<std::optional<T>> {
  static constexpr size_t depth = 1 + codec<T>::depth;
  static constexpr size_t bytes_min = 1;

  static void describe(std::string& out) {
    detail::describe_template<T>("optional", out);
  }
  static void write(const std::optional<T>& x, std::string& out) {
    out.push_back(x ? '\1' : '\0');
    if (x)
      codec<T>::write(*x, out);
  }
  static bool read(byte_reader& in, std::optional<T>& x) {
    auto present = false;
    x.reset();
    if (!in.flag(present))
      return false;
    return !present || codec<T>::read(in, x.emplace());
  }
};

template <class... Ts>
struct codec<std::tuple<Ts...>> : detail::sequence_codec<Ts...> {
  static void describe(std::string& out) {
    detail::describe_template<Ts...>("tuple", out);
  }
  static void write(const std::tuple<Ts...>& x, std::string& out) {
    std::apply([&](const Ts&... xs) { (codec<Ts>::write(xs, out), ...); }, x);
  }
  static bool read(byte_reader& in, std::tuple<Ts...>& x) {
    return std::apply(
      [&](Ts&... xs) { return (codec<Ts>::read(in, xs) && ...); }, x);
  }
};

template <class A, class B>
struct codec<std::pair<A, B>> : detail::sequence_codec<A, B> {
  static void describe(std::string& out) {
    detail::describe_template<A, B>("tuple", out);
  }
  static void write(const std::pair<A, B>& x, std::string& out) {
    codec<A>::write(x.first, out);
    codec<B>::write(x.second, out);
  }
  static bool read(byte_reader& in, std::pair<A, B>& x) {
    return codec<A>::read(in, x.first) && codec<B>::read(in, x.second);
  }
};

namespace detail {

template <class Struct, class... Ts>
sequence_codec<Ts...>
sequence_of_fields(const std::tuple<struct_field<Struct, Ts>...>&);

} // namespace detail

template <described_struct T>
struct codec<T> : decltype(detail::sequence_of_fields(
                    troupe_struct_fields(static_cast<const T*>(nullptr)))) {

  template <class F>
  static auto visit(F f) {
    return std::apply(f, troupe_struct_fields(static_cast<const T*>(nullptr)));
  }

  template <class U>
  static void describe_field(const struct_field<T, U>& field, char before,
                             std::string& out) {
    out.push_back(before);
    out.append(field.name);
    out.push_back(':');
    codec<U>::describe(out);
  }
  static void describe(std::string& out) {
    visit([&](const auto&... fields) {
      auto before = '{';
      (describe_field(fields, std::exchange(before, ','), out), ...);
      out.push_back('}');
    });
  }

  template <class U>
  static void write_field(const U& x, std::string& out) {
    codec<U>::write(x, out);
  }
  static void write(const T& x, std::string& out) {
    visit([&](const auto&... fields) {
      (write_field(x.*fields.member, out), ...);
    });
  }

  template <class U>
  static bool read_field(byte_reader& in, U& x) {
    return codec<U>::read(in, x);
  }
  static bool read(byte_reader& in, T& x) {
    return visit([&](const auto&... fields) {
      return (read_field(in, x.*fields.member) && ...);
    });
  }
};

} // namespace troupe
