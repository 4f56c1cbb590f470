#pragma once

#include "runtime/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Many byte strings in one buffer: count (4 bytes), the end offset of each
/// (4 bytes each), then all bytes back to back; little endian. Costs 4 bytes a
/// string and gives access by position.
class packed_view {
public:
  packed_view() = default;

  /// Checks the whole layout before anything else looks at it.
  /// Errors: `protocol_violation` naming what does not fit. The bytes must
  /// outlive the view.
  static result<packed_view> parse(std::string_view bytes);

  uint32_t size() const {
    return count_;
  }

  bool empty() const {
    return count_ == 0;
  }

  /// Precondition: `position < size()`.
  std::string_view operator[](uint32_t position) const;

  /// Returns the concatenated bytes of all strings, or of [first, last).
  /// Precondition here and in `sub`: `first <= last && last <= size()`.
  std::string_view data() const;
  std::string_view data(uint32_t first, uint32_t last) const;

  /// Returns a buffer with only the strings [first, last), packed again.
  std::string sub(uint32_t first, uint32_t last) const;

private:
  uint32_t end_of(uint32_t position) const;
  uint32_t begin_of(uint32_t position) const;

  std::string_view bytes_;
  uint32_t count_ = 0;
};

/// Builds what `packed_view` reads. Offsets have 32 bits: the owner flushes
/// long before 4 GiB of strings (precondition of everything that adds one).
class packed_builder {
public:
  void add(std::string_view bytes);

  /// Appends a string in place: append to `buffer()`, then call `commit`. What
  /// was not committed counts for nothing and does not come out of `finish`.
  std::string& buffer() {
    return data_;
  }
  void commit();

  /// Appends all strings of another builder.
  void append(const packed_builder& other);

  uint32_t size() const {
    return static_cast<uint32_t>(ends_.size());
  }

  bool empty() const {
    return ends_.empty();
  }

  /// Returns the size of what `finish` will return, in bytes.
  size_t bytes() const;

  /// Precondition: `position < size()`. Valid until the builder changes.
  std::string_view operator[](uint32_t position) const;

  /// Drops strings at and after `position`, and what `buffer` holds behind the
  /// last commit; so `truncate(size())` undoes a string that was begun.
  void truncate(uint32_t position);

  void clear();

  /// Returns the packed buffer and leaves the builder empty, its capacity kept.
  std::string finish();

private:
  uint32_t data_end() const;

  std::vector<uint32_t> ends_;
  std::string data_;
};

} // namespace troupe
