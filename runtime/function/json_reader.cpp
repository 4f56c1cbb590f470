#include "runtime/base/nearest.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/function/count_table.hpp"
#include "runtime/function/json.hpp"
#include "runtime/function/json_text.hpp"
#include "runtime/function/type_description.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

namespace troupe {

namespace {

constexpr size_t shown_bytes_max = 40;

template <class T>
std::optional<T> to_number(std::string_view text) {
  T x{};
  auto end = text.data() + text.size();
  auto [stop, problem] = std::from_chars(text.data(), end, x);
  if (problem != std::errc{} || stop != end)
    return std::nullopt;
  return x;
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text.substr(0, shown_bytes_max), out);
  return text.size() > shown_bytes_max ? out + "..." : out;
}

/// Encodes JSON as the type asks for, in one pass over the text.
class json_encoder {
public:
  explicit json_encoder(std::string_view text) : text_(text) {
    // nop
  }

  result<std::string> run(const type_description& type) {
    std::string out;
    if (read(type, 0, out) && text_.finish())
      return out;
    if (text_.failed())
      return tl::unexpected{text_.problem()};
    if (path_.starts_with('.'))
      path_.erase(0, 1);
    auto where = path_.empty() ? "" : fmt::format("at {}: ", path_);
    return fail(errc::bad_input, where + problem_);
  }

private:
  bool read(const type_description& type, size_t depth, std::string& out) {
    if (depth > nesting_max)
      return refuse(fmt::format("values nest more than {} deep", nesting_max));
    switch (type.kind) {
      case type_kind::null: return read_null(out);
      case type_kind::boolean: return boolean(out);
      case type_kind::integer: return integer<int64_t>("int", out);
      case type_kind::unsigned_integer: return integer<uint64_t>("uint", out);
      case type_kind::floating: return floating(out);
      case type_kind::string: return string("string", out);
      case type_kind::bytes: return string("bytes", out);
      case type_kind::any: return any(depth, out);
      case type_kind::list: return list(type, depth, out);
      case type_kind::map: return map(type, depth, out);
      case type_kind::optional: return optional(type, depth, out);
      case type_kind::tuple: return tuple(type, depth, out);
      case type_kind::structure: return structure(type, depth, out);
    }
    return refuse("an unknown kind of type");
  }

  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  // Errors are rare: the path is put together on the way back.
  bool behind(std::string step) {
    path_ = std::move(step) + path_;
    return false;
  }

  bool behind_index(size_t index) {
    return behind(fmt::format("[{}]", index));
  }

  bool behind_key(std::string_view key) {
    return behind(fmt::format(".{}", key.substr(0, shown_bytes_max)));
  }

  bool expected(std::string_view what) {
    std::string_view token;
    std::string got;
    switch (text_.peek()) {
      case '[': got = "an array"; break;
      case '{': got = "an object"; break;
      case '"':
        if (!text_.string(got))
          return false;
        got = "string " + quoted(got);
        break;
      default:
        if (is_number_next() ? !text_.number(token) : !text_.word(token))
          return false;
        got = token.size() > shown_bytes_max
                ? std::string{token.substr(0, shown_bytes_max)} + "..."
                : std::string{token};
    }
    return refuse(fmt::format("expected {}, got {}", what, got));
  }

  bool is_number_next() {
    auto c = text_.peek();
    return c == '-' || (c >= '0' && c <= '9');
  }

  bool read_null(std::string& out) {
    std::string_view word;
    if (text_.peek() != 'n')
      return expected("null");
    if (!text_.word(word))
      return false;
    encode(null{}, out);
    return true;
  }

  bool boolean(std::string& out) {
    std::string_view word;
    if (text_.peek() != 't' && text_.peek() != 'f')
      return expected("bool");
    if (!text_.word(word))
      return false;
    encode(word == "true", out);
    return true;
  }

  template <class T>
  bool integer(std::string_view name, std::string& out) {
    std::string_view token;
    if (!is_number_next())
      return expected(name);
    if (!text_.number(token))
      return false;
    auto x = to_number<T>(token);
    if (!x && token == "-0")
      x = T{0};
    if (!x)
      return refuse(fmt::format("expected {}, got {}", name,
                                token.substr(0, shown_bytes_max)));
    encode(*x, out);
    return true;
  }

  bool floating(std::string& out) {
    constexpr auto infinity = std::numeric_limits<double>::infinity();
    std::string text;
    if (text_.peek() == '"') {
      if (!text_.string(text))
        return false;
      if (text == "NaN")
        encode(std::numeric_limits<double>::quiet_NaN(), out);
      else if (text == "Infinity" || text == "-Infinity")
        encode(text[0] == '-' ? -infinity : infinity, out);
      else
        return refuse("expected float, got string " + quoted(text));
      return true;
    }
    std::string_view token;
    if (!is_number_next())
      return expected("float");
    if (!text_.number(token))
      return false;
    auto x = to_number<double>(token);
    if (!x)
      return refuse(fmt::format("expected float, got {}, which is out of range",
                                token.substr(0, shown_bytes_max)));
    encode(*x, out);
    return true;
  }

  bool string(std::string_view name, std::string& out) {
    if (text_.peek() != '"')
      return expected(name);
    std::string text;
    if (!text_.string(text))
      return false;
    write_sized(text, out);
    return true;
  }

  bool any(size_t depth, std::string& out) {
    switch (text_.peek()) {
      case '"': write_sized("string", out); return string("string", out);
      case 'n': write_sized("null", out); return read_null(out);
      case 't':
      case 'f': write_sized("bool", out); return boolean(out);
      case '[': return any_of(list_of_any, depth, out);
      case '{': return any_of(map_of_any, depth, out);
      default: return any_number(out);
    }
  }

  bool any_of(const char* name, size_t depth, std::string& out) {
    type_description type;
    type.kind = name == list_of_any ? type_kind::list : type_kind::map;
    if (type.kind == type_kind::map)
      type.parts.push_back({type_kind::string, {}, {}, 1});
    type.parts.push_back({type_kind::any, {}, {}, 2});
    write_sized(name, out);
    return read(type, depth, out);
  }

  bool any_number(std::string& out) {
    std::string_view token;
    if (!is_number_next())
      return text_.word(token); // Refuses: the words were taken before.
    if (!text_.number(token))
      return false;
    if (token.find_first_of(".eE") == std::string_view::npos) {
      if (auto x = to_number<int64_t>(token)) {
        encode_any(*x, out);
        return true;
      }
      if (auto x = to_number<uint64_t>(token)) {
        encode_any(*x, out);
        return true;
      }
    }
    auto x = to_number<double>(token);
    if (!x)
      return refuse(fmt::format("the number {} is out of range",
                                token.substr(0, shown_bytes_max)));
    encode_any(*x, out);
    return true;
  }

  /// Reads `open element , element ... close`; `read_one` gets the index.
  template <class ReadOne>
  bool sequence(char close, ReadOne read_one) {
    if (text_.take(close))
      return true;
    size_t index = 0;
    do {
      if (!read_one(index++))
        return false;
    } while (text_.take(','));
    return text_.want(close, close == ']' ? "',' or ']'" : "',' or '}'");
  }

  bool list(const type_description& type, size_t depth, std::string& out) {
    if (!text_.take('['))
      return expected(to_string(type));
    uint64_t count = 0;
    std::string elements;
    auto ok = sequence(']', [&](size_t index) {
      ++count;
      return read(type.parts[0], depth + 1, elements) || behind_index(index);
    });
    if (!ok)
      return false;
    write_varint(count, out);
    out += elements;
    return true;
  }

  bool tuple(const type_description& type, size_t depth, std::string& out) {
    if (!text_.take('['))
      return expected(to_string(type));
    size_t count = 0;
    auto wrong_count = [&] {
      return refuse(
        fmt::format("expected {} elements, got {}", type.parts.size(),
                    count > type.parts.size() ? std::string{"more"}
                                              : std::to_string(count)));
    };
    auto ok = sequence(']', [&](size_t index) {
      if (++count > type.parts.size())
        return wrong_count();
      return read(type.parts[index], depth + 1, out) || behind_index(index);
    });
    return ok && (count == type.parts.size() || wrong_count());
  }

  bool map(const type_description& type, size_t depth, std::string& out) {
    uint64_t count = 0;
    std::string entries;
    count_table keys;
    auto ok = type.parts[0].kind == type_kind::string
                ? object_map(type, depth, keys, count, entries)
                : pair_map(type, depth, keys, count, entries);
    if (!ok)
      return false;
    write_varint(count, out);
    out += entries;
    return true;
  }

  bool object_map(const type_description& type, size_t depth, count_table& keys,
                  uint64_t& count, std::string& out) {
    if (!text_.take('{'))
      return expected(to_string(type));
    return sequence('}', [&](size_t) {
      std::string key;
      if (!text_.string(key) || !text_.want(':', "':'"))
        return false;
      ++count;
      write_sized(key, out);
      if (!read(type.parts[1], depth + 1, out))
        return behind_key(key);
      return keys.at(key)++ == 0
             || refuse(fmt::format("the key {} appears twice", quoted(key)));
    });
  }

  bool pair_map(const type_description& type, size_t depth, count_table& keys,
                uint64_t& count, std::string& out) {
    if (!text_.take('['))
      return expected(to_string(type));
    return sequence(']', [&](size_t index) {
      ++count;
      std::string key;
      if (!text_.take('['))
        return expected("a pair") || behind_index(index);
      if (!read(type.parts[0], depth + 1, key))
        return behind(fmt::format("[{}][0]", index));
      if (!text_.want(',', "','"))
        return false;
      out += key;
      if (!read(type.parts[1], depth + 1, out))
        return behind(fmt::format("[{}][1]", index));
      if (!text_.want(']', "']' behind a pair"))
        return false;
      return keys.at(key)++ == 0 || refuse("a key appears twice")
             || behind_index(index);
    });
  }

  bool optional(const type_description& type, size_t depth, std::string& out) {
    std::string_view word;
    if (text_.peek() == 'n') {
      out += '\0';
      return text_.word(word);
    }
    out += '\1';
    return read(type.parts[0], depth + 1, out);
  }

  bool structure(const type_description& type, size_t depth, std::string& out) {
    if (!text_.take('{'))
      return expected(to_string(type));
    std::vector<std::string> fields(type.parts.size());
    auto ok = sequence('}', [&](size_t) {
      std::string key;
      if (!text_.string(key) || !text_.want(':', "':'"))
        return false;
      size_t at = 0;
      while (at < type.names.size() && type.names[at] != key)
        ++at;
      if (at == type.names.size())
        return refuse(fmt::format("there is no field {}{}", quoted(key),
                                  did_you_mean(key, type.names)));
      if (!fields[at].empty())
        return refuse(fmt::format("the field {} appears twice", quoted(key)));
      return read(type.parts[at], depth + 1, fields[at]) || behind_key(key);
    });
    return ok && append_fields(type, fields, out);
  }

  bool append_fields(const type_description& type,
                     std::vector<std::string>& fields, std::string& out) {
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].empty()) {
        if (type.parts[i].kind != type_kind::optional)
          return refuse(fmt::format("the field {} of type {} is missing",
                                    quoted(type.names[i]),
                                    to_string(type.parts[i])));
        fields[i] = '\0';
      }
      out += fields[i];
    }
    return true;
  }

  static constexpr const char* list_of_any = "list<any>";
  static constexpr const char* map_of_any = "map<string,any>";

  json_text text_;
  std::string problem_;
  std::string path_;
};

} // namespace

result<std::string> json_to_bytes(std::string_view type,
                                  std::string_view json_text) {
  auto parsed = parse_type(type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  if (json_text.size() > json_text_bytes_max)
    return fail(errc::input_too_large,
                fmt::format("the JSON text has {} bytes, the limit is {}",
                            json_text.size(), json_text_bytes_max));
  return json_encoder{json_text}.run(*parsed);
}

} // namespace troupe
