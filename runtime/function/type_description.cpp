#include "runtime/function/type_description.hpp"

#include "runtime/function/codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace troupe {

namespace {

struct word {
  std::string_view text;
  type_kind kind;
  size_t parts; // What the angle brackets hold; 0: no brackets.
};

constexpr size_t any_number = SIZE_MAX;

// All words of the descriptor language.
constexpr word words[] = {
  {"null", type_kind::null, 0},
  {"bool", type_kind::boolean, 0},
  {"int", type_kind::integer, 0},
  {"uint", type_kind::unsigned_integer, 0},
  {"float", type_kind::floating, 0},
  {"string", type_kind::string, 0},
  {"bytes", type_kind::bytes, 0},
  {"any", type_kind::any, 0},
  {"list", type_kind::list, 1},
  {"map", type_kind::map, 2},
  {"optional", type_kind::optional, 1},
  {"tuple", type_kind::tuple, any_number},
};

const word* find_word(std::string_view text) {
  for (const auto& x : words)
    if (x.text == text)
      return &x;
  return nullptr;
}

size_t bytes_min_of(type_kind kind) {
  switch (kind) {
    case type_kind::floating: return 8;
    case type_kind::any: return 2;
    case type_kind::tuple:
    case type_kind::structure: return 0; // The sum of their parts.
    default: return 1;
  }
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '_';
}

class type_parser {
public:
  explicit type_parser(std::string_view text) : text_(text) {
    // nop
  }

  result<type_description> parse() {
    if (text_.size() > descriptor_bytes_max)
      return fail(errc::type_mismatch,
                  fmt::format("a type has {} bytes, the limit is {}",
                              text_.size(), descriptor_bytes_max));
    type_description out;
    if (!type(out, 1) || (at_ < text_.size() && !refuse("the end")))
      return fail(errc::type_mismatch,
                  fmt::format("`{}` is not a type: {} (at byte {})",
                              text_.substr(0, 200), problem_, at_));
    return out;
  }

private:
  bool type(type_description& out, size_t depth) {
    if (depth > nesting_max) {
      problem_ = fmt::format("it nests more than {} deep", nesting_max);
      return false;
    }
    if (take('{'))
      return structure(out, depth);
    auto begin = at_;
    auto known = find_word(name());
    if (known == nullptr) {
      at_ = begin;
      return refuse("a type");
    }
    out.kind = known->kind;
    out.bytes_min = bytes_min_of(out.kind);
    return known->parts == 0 || brackets(out, known->parts, depth);
  }

  bool brackets(type_description& out, size_t parts, size_t depth) {
    if (!take('<'))
      return refuse("<");
    do {
      if (out.parts.size() == parts)
        return refuse(">");
      if (!part(out, depth))
        return false;
    } while (take(','));
    if (parts != any_number && out.parts.size() < parts)
      return refuse(",");
    return take('>') || refuse(">");
  }

  bool structure(type_description& out, size_t depth) {
    out.kind = type_kind::structure;
    out.bytes_min = 0;
    do {
      auto field = name();
      if (field.empty() || (field[0] >= '0' && field[0] <= '9'))
        return refuse("a field name");
      if (!take(':'))
        return refuse(":");
      out.names.emplace_back(field);
      if (!part(out, depth))
        return false;
    } while (take(','));
    auto sorted = out.names;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
      return refuse("field names that differ");
    return take('}') || refuse("}");
  }

  bool part(type_description& out, size_t depth) {
    auto& added = out.parts.emplace_back();
    if (!type(added, depth + 1))
      return false;
    if (out.kind == type_kind::tuple || out.kind == type_kind::structure)
      out.bytes_min += added.bytes_min;
    return true;
  }

  std::string_view name() {
    auto begin = at_;
    while (at_ < text_.size() && is_name_char(text_[at_]))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c)
      return false;
    ++at_;
    return true;
  }

  bool refuse(std::string_view expected) {
    problem_ = fmt::format("expected {}", expected);
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string problem_;
};

void render(const type_description& type, std::string& out) {
  if (type.kind == type_kind::structure) {
    for (size_t i = 0; i < type.parts.size(); ++i) {
      out += (i == 0 ? '{' : ',') + type.names[i] + ':';
      render(type.parts[i], out);
    }
    out += '}';
    return;
  }
  auto known = std::find_if(std::begin(words), std::end(words),
                            [&](const word& x) { return x.kind == type.kind; });
  out += known->text;
  for (size_t i = 0; i < type.parts.size(); ++i) {
    out += i == 0 ? '<' : ',';
    render(type.parts[i], out);
  }
  if (!type.parts.empty())
    out += '>';
}

bool skip_any(byte_reader& in, size_t depth) {
  std::string_view text;
  if (!in.sized(text))
    return false;
  // Words without brackets are common and need no tree.
  if (auto known = find_word(text); known != nullptr && known->parts == 0) {
    type_description type;
    type.kind = known->kind;
    // What an `any` holds is on its level, unless it is again an `any`.
    return skip_value(in, type, depth + (type.kind == type_kind::any ? 1 : 0));
  }
  auto type = parse_type(text);
  if (!type)
    return in.refuse(std::move(type.error().text));
  return skip_value(in, *type, depth);
}

// A list of n, or a map of n keys and n values.
bool skip_elements(byte_reader& in, const type_description& type,
                   size_t depth) {
  size_t bytes_min = 0;
  for (const auto& part : type.parts)
    bytes_min += part.bytes_min;
  uint64_t count = 0;
  if (!in.count(count, bytes_min))
    return false;
  for (uint64_t i = 0; i < count; ++i)
    for (const auto& part : type.parts)
      if (!skip_value(in, part, depth + 1))
        return false;
  return true;
}

bool skip_null(byte_reader& in) {
  null x;
  return codec<null>::read(in, x);
}

} // namespace

result<type_description> parse_type(std::string_view text) {
  return type_parser{text}.parse();
}

std::string to_string(const type_description& type) {
  std::string out;
  render(type, out);
  return out;
}

bool skip_value(byte_reader& in, const type_description& type, size_t depth) {
  if (depth > nesting_max)
    return in.refuse(fmt::format("values nest more than {} deep", nesting_max));
  uint64_t number = 0;
  auto flag = false;
  std::string_view bytes;
  switch (type.kind) {
    case type_kind::null: return skip_null(in);
    case type_kind::boolean: return in.flag(flag);
    case type_kind::integer:
    case type_kind::unsigned_integer: return in.varint(number);
    case type_kind::floating: return in.bytes(8, bytes);
    case type_kind::string:
    case type_kind::bytes: return in.sized(bytes);
    case type_kind::any: return skip_any(in, depth);
    case type_kind::list:
    case type_kind::map: return skip_elements(in, type, depth);
    case type_kind::optional:
      if (!in.flag(flag))
        return false;
      return !flag || skip_value(in, type.parts[0], depth + 1);
    case type_kind::tuple:
    case type_kind::structure:
      for (const auto& part : type.parts)
        if (!skip_value(in, part, depth + 1))
          return false;
      return true;
  }
  return in.refuse("an unknown kind of type");
}

result<void> validate(std::string_view type, std::string_view bytes) {
  auto parsed = parse_type(type);
  if (!parsed)
    return tl::unexpected{std::move(parsed.error())};
  byte_reader in{bytes};
  if (!skip_value(in, *parsed) || !in.finish())
    return tl::unexpected{in.problem(type)};
  return {};
}

namespace detail {

bool read_any(byte_reader& in, std::string_view& type,
              std::string_view& bytes) {
  if (!in.sized(type))
    return false;
  auto parsed = parse_type(type);
  if (!parsed)
    return in.refuse(std::move(parsed.error().text));
  auto begin = in.position();
  if (!skip_value(in, *parsed, parsed->kind == type_kind::any ? 1 : 0))
    return false;
  bytes = in.since(begin);
  return true;
}

error mismatch(std::string_view ours, std::string_view theirs) {
  return {errc::type_mismatch,
          fmt::format("the types differ: {} here, {} there", ours, theirs)};
}

result<void> check_value(std::string_view type, std::string_view bytes) {
  return validate(type, bytes);
}

} // namespace detail

} // namespace troupe
