#include "runtime/base/escape.hpp"
#include "runtime/base/escape_controls.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/function/json.hpp"
#include "runtime/function/key_order.hpp"
#include "runtime/function/type_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

namespace troupe {

namespace {

struct map_entry {
  std::string_view key;
  std::string_view mapped;
  std::string_view text; // What a string key says, for sorting.
};

void sort_entries(const type_description& key, std::vector<map_entry>& all) {
  if (key.kind == type_kind::string) {
    // Keys of a million words are read once, not at each comparison.
    for (auto& x : all)
      (void)byte_reader{x.key}.sized(x.text);
    std::sort(
      all.begin(), all.end(),
      [](const map_entry& x, const map_entry& y) { return x.text < y.text; });
    return;
  }
  std::sort(all.begin(), all.end(),
            [&](const map_entry& x, const map_entry& y) {
              return compare_keys(key, x.key, y.key) < 0;
            });
}

void append_escape(char c, std::string& out) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                     static_cast<unsigned>(c));
  }
}

bool is_plain(char c) {
  auto byte = static_cast<unsigned char>(c); // Plain `char` may be signed.
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

/// Writes values straight into one text: a result may have a million keys,
/// so there is no tree in between.
class json_writer {
public:
  explicit json_writer(std::string& out) : out_(out) {
    // nop
  }

  bool write(byte_reader& in, const type_description& type, size_t depth) {
    if (depth > nesting_max)
      return in.refuse(
        fmt::format("values nest more than {} deep", nesting_max));
    if (out_.size() > json_output_bytes_max) {
      too_large = true;
      return in.refuse("the JSON text is too large");
    }
    switch (type.kind) {
      case type_kind::null: return scalar<null>(in);
      case type_kind::boolean: return scalar<bool>(in);
      case type_kind::integer: return scalar<int64_t>(in);
      case type_kind::unsigned_integer: return scalar<uint64_t>(in);
      case type_kind::floating: return scalar<double>(in);
      case type_kind::string:
      case type_kind::bytes: return scalar<std::string_view>(in);
      case type_kind::any: return write_any(in, depth);
      case type_kind::list: return list(in, type, depth);
      case type_kind::map: return map(in, type, depth);
      case type_kind::optional: return optional(in, type, depth);
      case type_kind::tuple: return parts(in, type, depth, '[', ']');
      case type_kind::structure: return parts(in, type, depth, '{', '}');
    }
    return in.refuse("an unknown kind of type");
  }

  bool too_large = false;

private:
  template <class T>
  bool scalar(byte_reader& in) {
    T x{};
    if (!codec<T>::read(in, x))
      return false;
    put(x);
    return true;
  }

  void put(null) {
    out_ += "null";
  }

  void put(bool x) {
    out_ += x ? "true" : "false";
  }

  void put(std::string_view x) {
    append_json_string(x, out_);
  }

  template <std::integral T>
  void put(T x) {
    fmt::format_int text{x};
    out_.append(text.data(), text.size());
  }

  void put(double x) {
    if (std::isnan(x)) {
      out_ += "\"NaN\"";
    } else if (std::isinf(x)) {
      out_ += x < 0 ? "\"-Infinity\"" : "\"Infinity\"";
    } else {
      auto begin = out_.size();
      fmt::format_to(std::back_inserter(out_), "{}", x);
      // Keeps a float a float when `any` reads it back.
      if (out_.find_first_of(".e", begin) == std::string::npos)
        out_ += ".0";
    }
  }

  bool write_any(byte_reader& in, size_t depth) {
    std::string_view text;
    if (!in.sized(text))
      return false;
    auto type = parse_type(text);
    if (!type)
      return in.refuse(std::move(type.error().text));
    return write(in, *type, depth + (type->kind == type_kind::any ? 1 : 0));
  }

  bool list(byte_reader& in, const type_description& type, size_t depth) {
    uint64_t count = 0;
    if (!in.count(count, type.parts[0].bytes_min))
      return false;
    out_ += '[';
    for (uint64_t i = 0; i < count; ++i) {
      if (i > 0)
        out_ += ',';
      if (!write(in, type.parts[0], depth + 1))
        return false;
    }
    out_ += ']';
    return true;
  }

  bool optional(byte_reader& in, const type_description& type, size_t depth) {
    auto present = false;
    if (!in.flag(present))
      return false;
    if (present)
      return write(in, type.parts[0], depth + 1);
    put(null{});
    return true;
  }

  bool parts(byte_reader& in, const type_description& type, size_t depth,
             char open, char close) {
    out_ += open;
    for (size_t i = 0; i < type.parts.size(); ++i) {
      if (i > 0)
        out_ += ',';
      if (type.kind == type_kind::structure) {
        append_json_string(type.names[i], out_);
        out_ += ':';
      }
      if (!write(in, type.parts[i], depth + 1))
        return false;
    }
    out_ += close;
    return true;
  }

  bool entries(byte_reader& in, const type_description& type, size_t depth,
               std::vector<map_entry>& out) {
    const auto& key = type.parts[0];
    const auto& mapped = type.parts[1];
    uint64_t count = 0;
    if (!in.count(count, key.bytes_min + mapped.bytes_min))
      return false;
    for (uint64_t i = 0; i < count; ++i) {
      auto begin = in.position();
      if (!skip_value(in, key, depth + 1))
        return false;
      auto middle = in.position();
      auto key_bytes = in.since(begin);
      if (!skip_value(in, mapped, depth + 1))
        return false;
      out.push_back({key_bytes, in.since(middle), {}});
    }
    sort_entries(key, out);
    auto same = [](const map_entry& x, const map_entry& y) {
      return x.key == y.key;
    };
    return std::adjacent_find(out.begin(), out.end(), same) == out.end()
           || in.refuse("a key of a map appears twice");
  }

  // Checked already by `entries`, except for the limits.
  bool entry_part(byte_reader& in, std::string_view bytes,
                  const type_description& type, size_t depth) {
    byte_reader part{bytes};
    return write(part, type, depth + 1)
           || in.refuse(part.problem(to_string(type)).text);
  }

  bool map(byte_reader& in, const type_description& type, size_t depth) {
    std::vector<map_entry> all;
    if (!entries(in, type, depth, all))
      return false;
    auto object = type.parts[0].kind == type_kind::string;
    out_ += object ? '{' : '[';
    auto first = true;
    for (const auto& [key, mapped, text] : all) {
      if (!std::exchange(first, false))
        out_ += ',';
      if (!object)
        out_ += '[';
      if (!entry_part(in, key, type.parts[0], depth))
        return false;
      out_ += object ? ':' : ',';
      if (!entry_part(in, mapped, type.parts[1], depth))
        return false;
      if (!object)
        out_ += ']';
    }
    out_ += object ? '}' : ']';
    return true;
  }

  std::string& out_;
};

} // namespace

void append_json_string(std::string_view bytes, std::string& out) {
  out += '"';
  for (size_t i = 0; i < bytes.size();) {
    auto begin = i;
    while (i < bytes.size() && is_plain(bytes[i]))
      ++i;
    out.append(bytes.substr(begin, i - begin));
    if (i == bytes.size())
      break;
    auto length = utf8_length(bytes.substr(i, 4));
    auto sequence = bytes.substr(i, length);
    if (is_control_sequence(sequence))
      out += escape_unit(sequence);
    else if (length > 1)
      out.append(sequence);
    else if (length == 1)
      append_escape(bytes[i], out);
    else
      fmt::format_to(std::back_inserter(out), "\\udc{:02x}",
                     static_cast<uint8_t>(bytes[i]));
    i += std::max<size_t>(length, 1);
  }
  out += '"';
}

result<std::string> bytes_to_json(std::string_view type,
                                  std::string_view bytes) {
  auto parsed = parse_type(type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  std::string out;
  json_writer writer{out};
  byte_reader in{bytes};
  if (!writer.write(in, *parsed, 0) || !in.finish())
    return tl::unexpected{in.problem(
      type, writer.too_large ? errc::result_too_large : errc::bad_input)};
  return out;
}

} // namespace troupe
