#include "runtime/function/integer_input.hpp"

#include "runtime/function/codec.hpp"

#include <utility>

namespace troupe {

namespace {

/// Splits `tuple<A,B>`; false if it is no tuple of two simple types.
bool split_pair(std::string_view type, std::string_view& first,
                std::string_view& second) {
  constexpr std::string_view open = "tuple<";
  if (!type.starts_with(open) || !type.ends_with('>'))
    return false;
  auto inner = type.substr(open.size(), type.size() - open.size() - 1);
  auto comma = inner.find(',');
  if (comma == std::string_view::npos)
    return false;
  first = inner.substr(0, comma);
  second = inner.substr(comma + 1);
  return true;
}

/// Returns the element type of `list<A>`, or nothing.
std::string_view list_element(std::string_view type) {
  constexpr std::string_view open = "list<";
  if (!type.starts_with(open) || !type.ends_with('>'))
    return {};
  return type.substr(open.size(), type.size() - open.size() - 1);
}

} // namespace

bool integer_input_encoder::parse_kind(std::string_view type, kind& out) {
  if (type == "int")
    out = kind::signed_integer;
  else if (type == "uint")
    out = kind::unsigned_integer;
  else if (type == "float")
    out = kind::number;
  else
    return false;
  return true;
}

result<integer_input_encoder>
integer_input_encoder::make(std::string_view function,
                            std::string_view input_type, bool pairs) {
  integer_input_encoder made;
  std::string_view first;
  std::string_view second;
  if (input_type == "any") {
    std::string_view type = pairs ? "tuple<int,int>" : "int";
    write_sized(type, made.prefix_);
    return made;
  }
  if (!pairs && parse_kind(input_type, made.first_))
    return made;
  if (pairs && split_pair(input_type, first, second)
      && parse_kind(first, made.first_) && parse_kind(second, made.second_))
    return made;
  if (auto element = list_element(input_type);
      pairs && parse_kind(element, made.first_)) {
    made.second_ = made.first_;
    write_varint(2, made.prefix_);
    return made;
  }
  std::string text{function};
  text += " takes " + std::string{input_type} + ", but a range ";
  text += pairs ? "with a step gives pairs of integers (use A..B for integers)"
                : "gives integers (use A..B/STEP for pairs)";
  return fail(errc::bad_input, std::move(text));
}

result<void> integer_input_encoder::encode(int64_t x, std::string& out) const {
  out.append(prefix_);
  return write(first_, x, out);
}

result<void> integer_input_encoder::encode(int64_t first, int64_t last,
                                           std::string& out) const {
  out.append(prefix_);
  if (auto ok = write(first_, first, out); !ok)
    return ok;
  return write(second_, last, out);
}

result<void> integer_input_encoder::write(kind as, int64_t x,
                                          std::string& out) {
  switch (as) {
    case kind::signed_integer: troupe::encode(x, out); break;
    case kind::unsigned_integer:
      if (x < 0)
        return fail(errc::bad_input, "expected uint, got " + std::to_string(x));
      troupe::encode(static_cast<uint64_t>(x), out);
      break;
    case kind::number: troupe::encode(static_cast<double>(x), out); break;
  }
  return {};
}

} // namespace troupe
