#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// A hash table from byte strings to 64 bits, made for counting words: no
/// allocation per lookup or key, iteration in the order of insertion (so that
/// the same input gives the same output), memory kept over `clear`. Open
/// addressing with linear probing; nothing is ever removed singly.
class count_table {
public:
  /// Returns the value of `key`, inserted with `initial` if it is new. Valid
  /// until the next call.
  uint64_t& at(std::string_view key, uint64_t initial = 0) {
    auto hash = hash_of(key);
    if (entries_.size() * 4 >= slots_.size() * 3)
      grow();
    for (auto at = hash & mask_;; at = (at + 1) & mask_) {
      auto slot = slots_[at];
      if (slot == 0)
        return insert(at, hash, key, initial);
      if (tag(slot) == tag(hash)) {
        auto& found = entries_[index(slot)];
        if (key_of(found) == key)
          return found.value;
      }
    }
  }

  /// Calls `f(key, value)` for each key in the order of insertion.
  template <class F>
  void for_each(F f) const {
    for (const auto& x : entries_)
      f(key_of(x), x.value);
  }

  /// The number of keys.
  size_t size() const {
    return entries_.size();
  }

  /// The bytes of all keys together.
  size_t key_bytes() const {
    return keys_.size();
  }

  /// Returns whether no further key fits (2^32 - 2 keys).
  bool full() const {
    return entries_.size() >= keys_max;
  }

  void clear();

private:
  static constexpr size_t keys_max = 0xFFFF'FFFE;

  struct entry {
    uint64_t key_begin;
    uint64_t key_size;
    uint64_t value;
  };

  static uint64_t hash_of(std::string_view key);

  // A slot is 32 bits of the hash and the index of an entry, plus 1.
  static uint32_t tag(uint64_t x) {
    return static_cast<uint32_t>(x >> 32);
  }

  static size_t index(uint64_t slot) {
    return static_cast<uint32_t>(slot) - 1;
  }

  std::string_view key_of(const entry& x) const {
    return {keys_.data() + x.key_begin, x.key_size};
  }

  uint64_t& insert(size_t at, uint64_t hash, std::string_view key,
                   uint64_t initial);
  void grow();

  std::vector<uint64_t> slots_;
  std::vector<entry> entries_;
  std::string keys_;
  size_t mask_ = 0;
};

} // namespace troupe
