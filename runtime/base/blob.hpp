#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

/// Immutable bytes with shared ownership: copying one copies a pointer, so a
/// result travels from the socket through scheduler, store and aggregator to
/// the client's socket without being copied in between.
class blob {
public:
  blob() = default;

  explicit blob(std::string bytes)
    : data_(bytes.empty()
              ? nullptr
              : std::make_shared<const std::string>(std::move(bytes))) {
    // nop
  }

  /// Valid as long as any copy of this blob lives.
  std::string_view view() const {
    return data_ ? std::string_view{*data_} : std::string_view{};
  }

  const std::string& str() const {
    static const std::string none;
    return data_ ? *data_ : none;
  }

  size_t size() const {
    return data_ ? data_->size() : 0;
  }

  bool empty() const {
    return size() == 0;
  }

  friend bool operator==(const blob& x, const blob& y) {
    return x.view() == y.view();
  }

private:
  std::shared_ptr<const std::string> data_;
};

} // namespace troupe
