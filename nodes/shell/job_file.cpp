#include "nodes/shell/job_file.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/function/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace troupe::shell {

namespace {

/// They say what to do with a file, or have another name there.
constexpr std::string_view not_in_files[] = {"file", "dry-run", "input"};
constexpr std::string_view function_key = "function";
constexpr std::string_view inputs_key = "inputs";
constexpr size_t shown_bytes_max = 40;

bool is_in_files(const option_spec& option) {
  return std::find(std::begin(not_in_files), std::end(not_in_files),
                   option.name)
         == std::end(not_in_files);
}

/// A key as a step of a JSON pointer (RFC 6901), on one line.
std::string pointer_step(std::string_view key) {
  std::string out;
  for (auto c : escape_text(key)) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

/// How a value is refused.
std::string short_of(std::string_view raw) {
  if (raw.starts_with('['))
    return "an array";
  if (raw.starts_with('{'))
    return "an object";
  return escape_text(raw.substr(0, shown_bytes_max))
         + (raw.size() > shown_bytes_max ? "..." : "");
}

/// What the value of an option is that is no flag and not repeatable.
std::string expected(const option_spec& option) {
  if (option.argument == argument_kind::count)
    return fmt::format("a whole number from 0 to {}", option.count_max);
  if (option.argument == argument_kind::size)
    return "a whole number of bytes or a string such as \"1MiB\"";
  if (option.name == "priority")
    return fmt::format("a whole number from {} to {}", INT32_MIN, INT32_MAX);
  return option.name == "cpus" ? "a number above 0" : "a string";
}

class job_file_reader {
public:
  job_file_reader(std::string_view name, std::string_view text,
                  std::span<const option_spec> known)
    : name_(escape_text(name)), text_(text), known_(known), tokens_(text) {
    // nop
  }

  outcome<job_file> run() {
    if (!read_object() || !tokens_.finish())
      return refuse_usage(tokens_.failed() ? syntax_problem() : problem_);
    return std::move(out_);
  }

private:
  bool read_object() {
    if (tokens_.peek() != '{') {
      std::string_view raw;
      return value(raw)
             && refuse(
               "", fmt::format("expected an object, got {}", short_of(raw)));
    }
    tokens_.take('{');
    if (tokens_.take('}'))
      return true;
    do {
      std::string key;
      if (!tokens_.string(key) || !tokens_.want(':', "a colon")
          || !read_member(key))
        return false;
    } while (tokens_.take(','));
    return tokens_.want('}', "a comma or the end of the object");
  }

  bool read_member(const std::string& key) {
    auto path = "/" + pointer_step(key);
    if (!seen_.insert(key).second)
      return refuse(path, "is there twice");
    if (key == function_key)
      return string(path, out_.function.emplace());
    if (key == inputs_key)
      return values(path, out_.options["input"]);
    auto known = std::find_if(known_.begin(), known_.end(),
                              [&](const auto& x) { return x.name == key; });
    if (known == known_.end() || !is_in_files(*known))
      return refuse(path, "is no key of a job file"
                            + did_you_mean(key, job_file_keys(known_)));
    return read_option(path, *known);
  }

  bool read_option(const std::string& path, const option_spec& option) {
    if (option.argument == argument_kind::none)
      return flag(path, option);
    auto& texts = out_.options[std::string{option.name}];
    if (option.name == "args") {
      std::string_view raw;
      if (!value(raw))
        return false;
      texts.emplace_back(raw);
      return true;
    }
    auto ok = option.repeatable ? strings(path, texts)
                                : single(path, option, texts.emplace_back());
    if (!ok)
      return false;
    for (const auto& text : texts)
      if (auto fits = check_argument(option, text); !fits)
        return refuse(path, to_string(fits.error()));
    return true;
  }

  bool flag(const std::string& path, const option_spec& option) {
    std::string_view raw;
    if (!value(raw))
      return false;
    if (raw == "true")
      out_.options[std::string{option.name}];
    else if (raw != "false")
      return refuse(
        path, fmt::format("expected true or false, got {}", short_of(raw)));
    return true;
  }

  bool single(const std::string& path, const option_spec& option,
              std::string& to) {
    auto wants_count = option.argument == argument_kind::count;
    auto takes_number = wants_count || option.argument == argument_kind::size
                        || option.name == "cpus" || option.name == "priority";
    auto is_text = tokens_.peek() == '"';
    if (is_text && !wants_count)
      return string(path, to);
    std::string_view raw;
    if (!value(raw))
      return false;
    auto is_number = raw.find_first_not_of("-0123456789.eE+") == raw.npos;
    auto is_whole = is_number && raw.find_first_of(".eE") == raw.npos
                    && (option.name == "priority" || raw.front() != '-');
    auto fits = option.name == "cpus" ? is_number : is_whole;
    if (!takes_number || is_text || !fits)
      return refuse(path, fmt::format("expected {}, got {}", expected(option),
                                      short_of(raw)));
    to = raw;
    return true;
  }

  bool string(const std::string& path, std::string& to) {
    if (tokens_.peek() == '"')
      return tokens_.string(to);
    std::string_view raw;
    return value(raw)
           && refuse(path,
                     fmt::format("expected a string, got {}", short_of(raw)));
  }

  bool strings(const std::string& path, std::vector<std::string>& to) {
    if (tokens_.peek() == '"')
      return tokens_.string(to.emplace_back());
    std::string_view raw;
    if (tokens_.peek() != '[')
      return value(raw)
             && refuse(path, fmt::format("expected a string or an array of "
                                         "strings, got {}",
                                         short_of(raw)));
    return elements([&](size_t index) {
      return string(fmt::format("{}/{}", path, index), to.emplace_back());
    });
  }

  /// Any values, as their text: nothing is lost on the way.
  bool values(const std::string& path, std::vector<std::string>& to) {
    std::string_view raw;
    if (tokens_.peek() != '[')
      return value(raw)
             && refuse(path, fmt::format("expected an array of inputs, got {}",
                                         short_of(raw)));
    return elements([&](size_t) {
      if (!value(raw))
        return false;
      to.emplace_back(raw);
      return true;
    });
  }

  template <class F>
  bool elements(F read_element) {
    tokens_.take('[');
    if (tokens_.take(']'))
      return true;
    size_t index = 0;
    do {
      if (!read_element(index++))
        return false;
    } while (tokens_.take(','));
    return tokens_.want(']', "a comma or the end of the array");
  }

  /// Takes any value and returns its text.
  bool value(std::string_view& raw) {
    tokens_.peek();
    auto begin = tokens_.position();
    if (!skip(0))
      return false;
    raw = text_.substr(begin, tokens_.position() - begin);
    return true;
  }

  bool skip(size_t depth) {
    if (depth > limits::json_depth_max)
      return tokens_.refuse("values nest too deeply");
    std::string text;
    std::string_view token;
    switch (tokens_.peek()) {
      case '"': return tokens_.string(text);
      case '[': return elements([&](size_t) { return skip(depth + 1); });
      case '{': break;
      case '-': return tokens_.number(token);
      default:
        return tokens_.peek() >= '0' && tokens_.peek() <= '9'
                 ? tokens_.number(token)
                 : tokens_.word(token);
    }
    tokens_.take('{');
    if (tokens_.take('}'))
      return true;
    do {
      text.clear();
      if (!tokens_.string(text) || !tokens_.want(':', "a colon")
          || !skip(depth + 1))
        return false;
    } while (tokens_.take(','));
    return tokens_.want('}', "a comma or the end of the object");
  }

  bool refuse(std::string_view path, std::string_view why) {
    problem_ = path.empty() ? fmt::format("{}: {}", name_, why)
                            : fmt::format("{}: {}: {}", name_, path, why);
    return false;
  }

  std::string syntax_problem() const {
    auto before = text_.substr(0, tokens_.position());
    auto line = 1 + std::count(before.begin(), before.end(), '\n');
    return fmt::format("{}: line {}: {}", name_, line, tokens_.problem().text);
  }

  std::string name_;
  std::string_view text_;
  std::span<const option_spec> known_;
  json_text tokens_;
  job_file out_;
  std::set<std::string> seen_;
  std::string problem_;
};

} // namespace

outcome<job_file> parse_job_file(std::string_view name, std::string_view text,
                                 std::span<const option_spec> known) {
  return job_file_reader{name, text, known}.run();
}

std::vector<std::string> job_file_keys(std::span<const option_spec> known) {
  std::vector<std::string> keys{std::string{function_key},
                                std::string{inputs_key}};
  for (const auto& option : known)
    if (is_in_files(option))
      keys.emplace_back(option.name);
  return keys;
}

} // namespace troupe::shell
