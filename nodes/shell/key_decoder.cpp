#include "nodes/shell/key_decoder.hpp"

namespace troupe::shell {

namespace {

constexpr char escape = '\033';
constexpr size_t sequence_bytes_max = 16;

struct sequence {
  std::string_view text; ///< Behind the escape.
  key_kind kind;
};

constexpr sequence sequences[] = {
  {"[A", key_kind::up},       {"OA", key_kind::up},
  {"[B", key_kind::down},     {"OB", key_kind::down},
  {"[5~", key_kind::page_up}, {"[6~", key_kind::page_down},
  {"[H", key_kind::home},     {"OH", key_kind::home},
  {"[1~", key_kind::home},    {"[F", key_kind::end},
  {"OF", key_kind::end},      {"[4~", key_kind::end},
};

/// Returns how long the sequence at the start is, without the escape; 0 if it
/// is not complete.
size_t sequence_length(std::string_view text) {
  if (text.empty())
    return 0;
  if (text.front() == 'O')
    return text.size() >= 2 ? 2 : 0;
  if (text.front() != '[')
    return 1;
  for (size_t i = 1; i < text.size(); ++i)
    if (text[i] >= '@' && text[i] <= '~')
      return i + 1;
  // Nothing real is so long.
  return text.size() > sequence_bytes_max ? text.size() : 0;
}

key key_of(std::string_view text) {
  for (const auto& x : sequences)
    if (x.text == text)
      return {x.kind};
  return {key_kind::unknown};
}

key key_of(char c) {
  switch (c) {
    case '\r':
    case '\n': return {key_kind::enter};
    case '\t': return {key_kind::tab};
    case '\003': return {key_kind::interrupt};
    default: break;
  }
  auto is_text = c >= ' ' && c <= '~';
  return is_text ? key{key_kind::character, c} : key{key_kind::unknown};
}

} // namespace

std::vector<key> key_decoder::take(std::string_view bytes) {
  pending_ += bytes;
  std::vector<key> out;
  size_t at = 0;
  while (at < pending_.size()) {
    if (pending_[at] != escape) {
      out.push_back(key_of(pending_[at++]));
      continue;
    }
    auto rest = std::string_view{pending_}.substr(at + 1);
    // Two escapes: the first one is a key.
    if (!rest.empty() && rest.front() == escape) {
      out.push_back({key_kind::escape});
      ++at;
      continue;
    }
    auto length = sequence_length(rest);
    if (length == 0)
      break;
    out.push_back(key_of(rest.substr(0, length)));
    at += 1 + length;
  }
  pending_.erase(0, at);
  return out;
}

std::vector<key> key_decoder::settle() {
  std::vector<key> out;
  if (!pending_.empty())
    out.push_back(
      {pending_.size() == 1 ? key_kind::escape : key_kind::unknown});
  pending_.clear();
  return out;
}

} // namespace troupe::shell
