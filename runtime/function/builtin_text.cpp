#include "runtime/base/limits.hpp"
#include "runtime/function/builtin.hpp"
#include "runtime/function/builtin_parts.hpp"
#include "runtime/function/count_table.hpp"
#include "runtime/function/file_descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace troupe::builtin {

namespace {

constexpr size_t stop_check_bytes = 1 * limits::mib;
constexpr size_t read_bytes = 1 * limits::mib;

// ASCII white space as `isspace` in the C locale has it.
constexpr std::array<bool, 256> make_space_table() {
  std::array<bool, 256> out{};
  for (auto c : {' ', '\t', '\n', '\v', '\f', '\r'})
    out[static_cast<unsigned char>(c)] = true;
  return out;
}

constexpr auto space_table = make_space_table();

bool is_space(char c) {
  return space_table[static_cast<unsigned char>(c)];
}

void count_words(std::string_view text, count_table& counts) {
  auto at = text.data();
  auto end = at + text.size();
  while (at != end) {
    while (at != end && is_space(*at))
      ++at;
    auto begin = at;
    while (at != end && !is_space(*at))
      ++at;
    if (at != begin)
      ++counts.at({begin, static_cast<size_t>(at - begin)});
  }
}

/// Returns how much of `text` may be counted now: all up to the last space.
size_t whole_words(std::string_view text) {
  auto at = text.size();
  while (at > 0 && !is_space(text[at - 1]))
    --at;
  return at;
}

result<void> check_size(const count_table& counts) {
  if (counts.key_bytes() <= limits::result_bytes_max && !counts.full())
    return {};
  return fail(errc::result_too_large,
              fmt::format("the different words have more than {} bytes "
                          "together; split the input",
                          limits::result_bytes_max));
}

void write_counts(const count_table& counts, std::string& output) {
  output.reserve(output.size() + counts.key_bytes() + 3 * counts.size() + 10);
  write_varint(counts.size(), output);
  counts.for_each([&](std::string_view word, uint64_t count) {
    write_sized(word, output);
    write_varint(count, output);
  });
}

/// Counts one text; keeps the table's memory from task to task.
class wordcount_body {
public:
  result<void> operator()(const task_context& context, std::string_view input,
                          std::string& output) {
    auto text = decode<std::string_view>(input);
    if (!text)
      return tl::unexpected{std::move(text.error())};
    counts_.clear();
    auto rest = *text;
    while (!rest.empty()) {
      if (context.stop_requested())
        return stopped();
      auto size = whole_words(rest.substr(0, stop_check_bytes));
      if (size == 0 || rest.size() <= stop_check_bytes)
        size = rest.size();
      count_words(rest.substr(0, size), counts_);
      rest.remove_prefix(size);
    }
    write_counts(counts_, output);
    return {};
  }

private:
  count_table counts_;
};

tl::unexpected<error> not_allowed(std::string_view path) {
  return fail(errc::path_not_allowed,
              fmt::format("the worker may not read `{}`: the folder is not in "
                          "its worker.read_paths",
                          path));
}

tl::unexpected<error> cannot_read(std::string_view path, int problem) {
  return fail(errc::file_error, fmt::format("cannot read `{}`: {}", path,
                                            std::strerror(problem)));
}

/// Returns the path without symbolic links and dots, or nothing and `errno`.
std::string real_path(const std::string& path) {
  std::unique_ptr<char, decltype(&free)> real{realpath(path.c_str(), nullptr),
                                              &free};
  return real ? std::string{real.get()} : std::string{};
}

bool may_read(const std::string& real, const worker_permissions& permissions) {
  for (const auto& allowed : permissions.read_paths) {
    auto folder = real_path(allowed);
    if (folder.empty())
      continue;
    if (folder.back() != '/')
      folder += '/';
    if (real.starts_with(folder))
      return true;
  }
  return false;
}

/// Returns whether a path that leads nowhere is at least spelled as one in an
/// allowed folder.
bool names_allowed(const std::string& path,
                   const worker_permissions& permissions) {
  for (const auto& allowed : permissions.read_paths)
    if (path.starts_with(allowed.ends_with('/') ? allowed : allowed + '/')
        && path.find("/../") == std::string::npos)
      return true;
  return false;
}

/// Returns the path of an open file as the kernel knows it: what was opened
/// in truth, whoever renamed folders meanwhile.
std::string opened_path(const file_descriptor& file) {
  std::array<char, 4096> buffer;
  auto link = fmt::format("/proc/self/fd/{}", file.get());
  auto size = readlink(link.c_str(), buffer.data(), buffer.size());
  return size < 0 ? std::string{}
                  : std::string{buffer.data(), static_cast<size_t>(size)};
}

result<file_descriptor> open_allowed(const std::string& path,
                                     const worker_permissions* permissions) {
  if (permissions == nullptr || permissions->read_paths.empty())
    return not_allowed(path);
  if (path.empty() || path.find('\0') != std::string::npos)
    return fail(errc::bad_input, "a path is empty or holds a zero byte");
  auto real = real_path(path);
  auto problem = errno;
  // Outside of the allowed folders nobody learns what exists.
  if (real.empty())
    return names_allowed(path, *permissions) ? cannot_read(path, problem)
                                             : not_allowed(path);
  if (!may_read(real, *permissions))
    return not_allowed(path);
  // Not blocking: a FIFO without a writer must not hang the slot.
  file_descriptor file{
    open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file)
    return cannot_read(path, errno);
  if (!may_read(opened_path(file), *permissions))
    return not_allowed(path);
  struct stat info;
  if (fstat(file.get(), &info) != 0)
    return cannot_read(path, errno);
  if (!S_ISREG(info.st_mode))
    return fail(errc::file_error,
                fmt::format("`{}` is not a regular file", path));
  if (static_cast<uint64_t>(info.st_size) > wordcount_file_bytes_max)
    return fail(errc::file_error,
                fmt::format("`{}` has {} bytes, the limit is {}", path,
                            info.st_size, wordcount_file_bytes_max));
  return file;
}

/// Counts a file piece by piece, so that its size does not matter.
class wordcount_file_body {
public:
  result<void> operator()(const task_context& context, std::string_view input,
                          std::string& output) {
    auto path = decode<std::string>(input);
    if (!path)
      return tl::unexpected{std::move(path.error())};
    auto file = open_allowed(*path, context.permissions);
    if (!file)
      return tl::unexpected{std::move(file.error())};
    counts_.clear();
    buffer_.clear();
    if (auto done = count(context, *file, *path); !done)
      return done;
    write_counts(counts_, output);
    return {};
  }

private:
  result<void> count(const task_context& context, const file_descriptor& file,
                     const std::string& path) {
    for (;;) {
      if (context.stop_requested())
        return stopped();
      auto kept = buffer_.size();
      if (kept > word_bytes_max)
        return fail(errc::result_too_large,
                    fmt::format("a word in `{}` has more than {} bytes", path,
                                word_bytes_max));
      buffer_.resize(kept + read_bytes);
      auto got = read(file.get(), buffer_.data() + kept, read_bytes);
      buffer_.resize(kept + static_cast<size_t>(got > 0 ? got : 0));
      if (got < 0 && errno != EINTR)
        return cannot_read(path, errno);
      auto size = got == 0 ? buffer_.size() : whole_words(buffer_);
      count_words(std::string_view{buffer_}.substr(0, size), counts_);
      buffer_.erase(0, size);
      if (auto fits = check_size(counts_); !fits)
        return fits;
      if (got == 0)
        return {};
    }
  }

  count_table counts_;
  std::string buffer_;
};

template <class Body>
result<task_body> bind(std::string_view args) {
  if (auto valid = decode_args<null>(args); !valid)
    return tl::unexpected{std::move(valid.error())};
  return Body{};
}

} // namespace

result<void> add_text(function_registry& registry) {
  auto added =
    registry.add_raw({"wordcount", "string", "null", "map<string,uint>",
                      "counts the words of a text"},
                     bind<wordcount_body>);
  if (added)
    added =
      registry.add_raw({"wordcount_file", "string", "null", "map<string,uint>",
                        "counts the words of a file that the worker may "
                        "read"},
                       bind<wordcount_file_body>);
  return added;
}

} // namespace troupe::builtin
