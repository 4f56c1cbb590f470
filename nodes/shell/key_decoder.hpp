#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

enum class key_kind : uint8_t {
  character, ///< See `key::character`.
  up,
  down,
  page_up,
  page_down,
  home,
  end,
  enter,
  escape,
  tab,
  interrupt, ///< Ctrl-C.
  unknown,
};

struct key {
  key_kind kind = key_kind::unknown;
  char character = 0;

  friend bool operator==(const key&, const key&) = default;
};

/// Turns what a terminal sends in raw mode into keys. A sequence may come in
/// pieces.
class key_decoder {
public:
  /// Takes bytes and returns the keys that are complete.
  std::vector<key> take(std::string_view bytes);

  /// Nothing came for a while: an escape that waits for more is the key Esc.
  std::vector<key> settle();

private:
  std::string pending_;
};

} // namespace troupe::shell
