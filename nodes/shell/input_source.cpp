#include "nodes/shell/input_source.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace troupe::shell {

namespace {

constexpr size_t read_bytes = 256 * limits::kib;

tl::unexpected<error> long_line(uint64_t index, const std::string& name) {
  return fail(errc::input_too_large,
              fmt::format("input {}: a line of {} is longer than the limit "
                          "of {}",
                          index, name, format_bytes(limits::input_bytes_max)));
}

/// Bytes of a file from a position on; at most a line and a read are held.
class byte_window {
public:
  /// Returns what was read and not consumed.
  std::string_view view() const {
    return std::string_view{bytes_}.substr(begin_);
  }

  void consume(size_t count) {
    begin_ += count;
  }

  /// Reads more; false at the end of the file. Moves `view()`.
  result<bool> read_more(input_file& file) {
    bytes_.erase(0, begin_);
    begin_ = 0;
    return file.read(read_bytes, bytes_).map([](size_t got) {
      return got != 0;
    });
  }

private:
  std::string bytes_;
  size_t begin_ = 0;
};

class line_source : public input_source {
public:
  line_source(const std::string& path, const std::atomic<bool>* interrupted)
    : file_(path, interrupted) {
    // nop
  }

  result<void> open() {
    return file_.open();
  }

  result<std::optional<std::string_view>> next() override {
    size_t searched = 0;
    for (;;) {
      auto rest = window_.view();
      auto newline = rest.find('\n', searched);
      if (std::min(newline, rest.size()) > limits::input_bytes_max)
        return long_line(index_, file_.name());
      if (newline != std::string_view::npos)
        return take(newline, newline + 1);
      if (ended_)
        return rest.empty() ? std::nullopt : take(rest.size(), rest.size());
      searched = rest.size();
      auto more = window_.read_more(file_);
      if (!more)
        return tl::unexpected{std::move(more.error())};
      ended_ = !*more;
    }
  }

private:
  std::optional<std::string_view> take(size_t size, size_t consumed) {
    auto line = window_.view().substr(0, size);
    window_.consume(consumed);
    ++index_;
    return line;
  }

  input_file file_;
  byte_window window_;
  uint64_t index_ = 0;
  bool ended_ = false;
};

class split_source : public input_source {
public:
  split_source(std::vector<std::string> paths, size_t chunk_bytes,
               const std::atomic<bool>* interrupted)
    : paths_(std::move(paths)), chunk_bytes_(chunk_bytes),
      interrupted_(interrupted) {
    // nop
  }

  result<std::optional<std::string_view>> next() override {
    for (;;) {
      if (!file_) {
        if (next_path_ == paths_.size())
          return std::nullopt;
        if (auto ok = open_next(); !ok)
          return tl::unexpected{std::move(ok.error())};
      }
      auto piece = next_of_file();
      if (!piece || *piece)
        return piece;
      file_.reset();
    }
  }

private:
  result<void> open_next() {
    file_ = std::make_unique<input_file>(paths_[next_path_++], interrupted_);
    window_ = {};
    ended_ = false;
    return file_->open();
  }

  result<std::optional<std::string_view>> next_of_file() {
    if (auto ok = fill(); !ok)
      return tl::unexpected{std::move(ok.error())};
    auto rest = window_.view();
    if (rest.empty())
      return std::nullopt;
    if (ended_ && rest.size() <= chunk_bytes_)
      return take(rest.size());
    if (auto last = rest.substr(0, chunk_bytes_).rfind('\n');
        last != std::string_view::npos)
      return take(last + 1);
    return long_piece();
  }

  /// Reads until a whole piece is there.
  result<void> fill() {
    while (!ended_ && window_.view().size() <= chunk_bytes_) {
      auto more = window_.read_more(*file_);
      if (!more)
        return tl::unexpected{std::move(more.error())};
      ended_ = !*more;
    }
    return {};
  }

  /// The first line is longer than a piece: takes all of it.
  result<std::optional<std::string_view>> long_piece() {
    auto searched = chunk_bytes_;
    for (;;) {
      auto rest = window_.view();
      auto newline = rest.find('\n', searched);
      auto size = newline == std::string_view::npos ? rest.size() : newline + 1;
      if (size > limits::input_bytes_max)
        return long_line(index_, file_->name());
      if (newline != std::string_view::npos || ended_)
        return take(size);
      searched = rest.size();
      auto more = window_.read_more(*file_);
      if (!more)
        return tl::unexpected{std::move(more.error())};
      ended_ = !*more;
    }
  }

  std::optional<std::string_view> take(size_t size) {
    auto piece = window_.view().substr(0, size);
    window_.consume(size);
    ++index_;
    return piece;
  }

  std::vector<std::string> paths_;
  size_t chunk_bytes_ = 0;
  const std::atomic<bool>* interrupted_ = nullptr;
  size_t next_path_ = 0;
  std::unique_ptr<input_file> file_;
  byte_window window_;
  uint64_t index_ = 0;
  bool ended_ = false;
};

class text_source : public input_source {
public:
  text_source(std::vector<std::string> texts, bool json)
    : texts_(std::move(texts)), json_(json) {
    // nop
  }

  result<std::optional<std::string_view>> next() override {
    if (next_ == texts_.size())
      return std::nullopt;
    return texts_[next_++];
  }

  bool is_json() const override {
    return json_;
  }

private:
  std::vector<std::string> texts_;
  size_t next_ = 0;
  bool json_ = false;
};

} // namespace

result<std::unique_ptr<input_source>>
read_lines(const std::string& path, const std::atomic<bool>* interrupted) {
  auto source = std::make_unique<line_source>(path, interrupted);
  if (auto ok = source->open(); !ok)
    return tl::unexpected{std::move(ok.error())};
  return source;
}

result<std::unique_ptr<input_source>>
split_files(std::vector<std::string> paths, size_t chunk_bytes,
            const std::atomic<bool>* interrupted) {
  for (const auto& path : paths)
    if (auto ok = check_readable(path); !ok)
      return tl::unexpected{std::move(ok.error())};
  return std::make_unique<split_source>(std::move(paths), chunk_bytes,
                                        interrupted);
}

result<std::unique_ptr<input_source>> match_paths(const std::string& pattern) {
  glob_t found{};
  auto code = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> paths;
  if (code == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (code == GLOB_NOMATCH)
    return fail(errc::file_error, fmt::format("no path matches {}; check the "
                                              "pattern and the folder",
                                              quote_text(pattern)));
  if (code != 0)
    return fail(
      errc::file_error,
      fmt::format("cannot list the paths that match {}", quote_text(pattern)));
  std::sort(paths.begin(), paths.end());
  return std::make_unique<text_source>(std::move(paths), false);
}

std::unique_ptr<input_source> json_inputs(std::vector<std::string> texts) {
  return std::make_unique<text_source>(std::move(texts), true);
}

} // namespace troupe::shell
