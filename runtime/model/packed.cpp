#include "runtime/model/packed.hpp"

#include <bit>
#include <cassert>
#include <cstring>
#include <limits>

namespace troupe {

namespace {

constexpr size_t word = sizeof(uint32_t);

// Swaps on big-endian machines only; the format is little endian.
constexpr uint32_t little(uint32_t value) {
  if constexpr (std::endian::native == std::endian::big)
    return __builtin_bswap32(value);
  else
    return value;
}

uint32_t load(const char* from) {
  uint32_t value = 0;
  std::memcpy(&value, from, word);
  return little(value);
}

void append_word(std::string& to, uint32_t value) {
  value = little(value);
  char bytes[word];
  std::memcpy(bytes, &value, word);
  to.append(bytes, word);
}

void append_words(std::string& to, const std::vector<uint32_t>& values) {
  if constexpr (std::endian::native == std::endian::little) {
    to.append(reinterpret_cast<const char*>(values.data()),
              values.size() * word);
  } else {
    for (auto value : values)
      append_word(to, value);
  }
}

tl::unexpected<error> broken(std::string_view bytes, const std::string& why) {
  return fail(errc::protocol_violation,
              "a packed buffer of " + std::to_string(bytes.size())
                + " bytes does not fit together: " + why);
}

} // namespace

result<packed_view> packed_view::parse(std::string_view bytes) {
  if (bytes.size() < word)
    return broken(bytes, "its count is cut off");
  packed_view view;
  view.bytes_ = bytes;
  view.count_ = load(bytes.data());
  // In 64 bits: a hostile count must not wrap around.
  const auto header = (uint64_t{view.count_} + 1) * word;
  if (header > bytes.size())
    return broken(bytes, "the offsets of its " + std::to_string(view.count_)
                           + " strings are cut off");
  // No branch in the loop: this runs for every slice and chunk.
  uint32_t last = 0;
  uint32_t falls = 0;
  for (auto at = word; at < header; at += word) {
    const auto next = load(bytes.data() + at);
    falls |= static_cast<uint32_t>(next < last);
    last = next;
  }
  if (falls != 0)
    return broken(bytes, "its offsets decrease");
  if (last != bytes.size() - header)
    return broken(bytes, "its strings have "
                           + std::to_string(bytes.size() - header)
                           + " bytes, its offsets say " + std::to_string(last));
  return view;
}

std::string_view packed_view::operator[](uint32_t position) const {
  assert(position < count_);
  return data(position, position + 1);
}

std::string_view packed_view::data() const {
  return data(0, count_);
}

std::string_view packed_view::data(uint32_t first, uint32_t last) const {
  assert(first <= last && last <= count_);
  if (first == last)
    return {};
  const auto begin = begin_of(first);
  return {bytes_.data() + (size_t{count_} + 1) * word + begin,
          end_of(last - 1) - begin};
}

std::string packed_view::sub(uint32_t first, uint32_t last) const {
  const auto strings = data(first, last);
  const auto base = begin_of(first);
  std::string packed;
  packed.reserve((size_t{last - first} + 1) * word + strings.size());
  append_word(packed, last - first);
  for (auto i = first; i < last; ++i)
    append_word(packed, end_of(i) - base);
  packed.append(strings);
  return packed;
}

uint32_t packed_view::end_of(uint32_t position) const {
  return load(bytes_.data() + (size_t{position} + 1) * word);
}

uint32_t packed_view::begin_of(uint32_t position) const {
  return position == 0 ? 0 : end_of(position - 1);
}

void packed_builder::add(std::string_view bytes) {
  data_.append(bytes);
  commit();
}

void packed_builder::commit() {
  assert(data_.size() <= std::numeric_limits<uint32_t>::max());
  ends_.push_back(static_cast<uint32_t>(data_.size()));
}

void packed_builder::append(const packed_builder& other) {
  const auto base = data_end();
  const auto count = other.ends_.size();
  assert(size_t{base} + other.data_end()
         <= std::numeric_limits<uint32_t>::max());
  data_.resize(base); // What was begun and not committed goes.
  data_.append(other.data_, 0, other.data_end());
  // By position: `other` may be this builder.
  ends_.reserve(ends_.size() + count);
  for (size_t i = 0; i < count; ++i)
    ends_.push_back(base + other.ends_[i]);
}

size_t packed_builder::bytes() const {
  return (ends_.size() + 1) * word + data_end();
}

std::string_view packed_builder::operator[](uint32_t position) const {
  assert(position < size());
  const auto begin = position == 0 ? 0 : ends_[position - 1];
  return {data_.data() + begin, ends_[position] - begin};
}

void packed_builder::truncate(uint32_t position) {
  if (position < size())
    ends_.resize(position);
  data_.resize(data_end());
}

void packed_builder::clear() {
  ends_.clear();
  data_.clear();
}

std::string packed_builder::finish() {
  std::string packed;
  packed.reserve(bytes());
  append_word(packed, size());
  append_words(packed, ends_);
  packed.append(data_, 0, data_end());
  clear();
  return packed;
}

uint32_t packed_builder::data_end() const {
  return ends_.empty() ? 0 : ends_.back();
}

} // namespace troupe
