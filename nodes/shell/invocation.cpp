#include "nodes/shell/invocation.hpp"

#include "nodes/shell/script_options.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::shell {

namespace {

namespace po = boost::program_options;

/// Neither short options (a token like -5 is a value then) nor abbreviations
/// (what they mean would change with every new option).
constexpr int parser_style = po::command_line_style::allow_long
                             | po::command_line_style::long_allow_adjacent
                             | po::command_line_style::long_allow_next;

constexpr const char* connect_variable = "TROUPE_CONNECT";

void describe(std::span<const option_spec> options,
              po::options_description& out) {
  for (const auto& option : options) {
    std::string name{option.name};
    switch (option.argument) {
      case argument_kind::none: out.add_options()(name.c_str(), ""); break;
      case argument_kind::files:
        out.add_options()(name.c_str(),
                          po::value<std::vector<std::string>>()->multitoken(),
                          "");
        break;
      default:
        out.add_options()(name.c_str(), po::value<std::vector<std::string>>(),
                          "");
    }
  }
}

/// What to read when a command line was wrong.
std::string see_help(const command_spec* command) {
  if (command == nullptr)
    return "see troupe help";
  return fmt::format("see troupe help {}", command->name);
}

std::string unknown_option(std::string_view name, const command_spec* command) {
  std::vector<std::string> known;
  if (command != nullptr)
    for (const auto& option : command->options)
      known.push_back("--" + std::string{option.name});
  if (command == nullptr)
    for (const auto& option : script_options())
      known.push_back("--" + std::string{option.name});
  for (const auto& option : global_options())
    known.push_back("--" + std::string{option.name});
  auto whose = command != nullptr
                 ? fmt::format("the command {} has no option {}", command->name,
                               quote_text(name))
                 : fmt::format("there is no option {} before the command",
                               quote_text(name));
  auto meant = did_you_mean(name, known);
  return whose + (meant.empty() ? "; " + see_help(command) : meant);
}

/// Returns how many of the arguments come before the command's name.
size_t command_position(std::span<const std::string> args) {
  size_t i = 0;
  while (i < args.size() && args[i].starts_with("-") && args[i] != "-") {
    if (args[i] == "--")
      break;
    auto name = long_option(args[i], nullptr);
    name.remove_prefix(std::min<size_t>(2, name.size()));
    const auto* option = find_option(nullptr, name);
    bool takes_next =
      option != nullptr && option->argument != argument_kind::none;
    i += takes_next ? 2 : 1;
  }
  return std::min(i, args.size());
}

} // namespace

result<void> check_argument(const option_spec& option,
                            const std::string& text) {
  auto nothing = [](auto&&) {};
  switch (option.argument) {
    case argument_kind::count:
      return parse_count(text, 0, option.count_max).map(nothing);
    case argument_kind::size: return parse_size(text).map(nothing);
    case argument_kind::duration: return parse_duration(text).map(nothing);
    case argument_kind::endpoint: return parse_endpoint(text).map(nothing);
    default: return {};
  }
}

outcome<invocation> invocation::parse(std::span<const std::string> args,
                                      const variables& environment) {
  std::vector<std::string> tokens{args.begin(), args.end()};
  auto split = command_position(tokens);
  invocation call;
  auto begin = tokens.begin();
  auto middle = begin + static_cast<std::ptrdiff_t>(split);
  auto lengthen = [&call](const auto& x) {
    return std::string{long_option(x, call.command_)};
  };
  std::transform(begin, middle, begin, lengthen);
  if (auto ok = call.parse_options({begin, middle}, nullptr); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (!call.positional_.empty()) // A dash with a letter that means nothing.
    return refuse_usage(unknown_option(call.positional_.front(), nullptr));
  if (call.has("file") || call.has("command")) {
    if (middle != tokens.end() && *middle == "--")
      ++middle;
    call.positional_.assign(middle, tokens.end());
  } else if (split < tokens.size()) {
    call.command_ = find_command(tokens[split]);
    if (call.command_ == nullptr) {
      auto meant = did_you_mean(tokens[split], command_names());
      return refuse_usage(
        fmt::format("there is no command {}{}", quote_text(tokens[split]),
                    meant.empty() ? "; see troupe help" : meant));
    }
  }
  if (call.command_ != nullptr) {
    std::transform(middle + 1, tokens.end(), middle + 1, lengthen);
    auto ok = call.parse_options({middle + 1, tokens.end()}, call.command_);
    if (!ok)
      return tl::unexpected{std::move(ok.error())};
  }
  if (call.has("help") || call.has("version"))
    return call;
  if (call.command_ != nullptr)
    if (auto ok = call.check_positional(); !ok)
      return tl::unexpected{std::move(ok.error())};
  auto where = environment(connect_variable);
  if (!call.has("connect") && where && !where->empty()) {
    if (auto ok = parse_endpoint(*where); !ok)
      return refuse_usage(fmt::format("the variable {}: {}", connect_variable,
                                      to_string(ok.error())));
    call.options_["connect"] = {*where};
  }
  return call;
}

outcome<void> invocation::parse_options(const std::vector<std::string>& tokens,
                                        const command_spec* command) {
  po::options_description known;
  describe(global_options(), known);
  describe(command != nullptr ? command->options : script_options(), known);
  std::vector<po::option> found;
  try {
    found = po::command_line_parser(tokens)
              .options(known)
              .style(parser_style)
              .allow_unregistered()
              .run()
              .options;
  } catch (const po::error& problem) {
    return refuse_usage(
      fmt::format("{}; {}", problem.what(), see_help(command)));
  }
  std::vector<std::string_view> seen;
  for (const auto& item : found) {
    if (item.unregistered)
      return refuse_usage(unknown_option("--" + item.string_key, command));
    if (item.string_key.empty()) {
      positional_.insert(positional_.end(), item.value.begin(),
                         item.value.end());
      continue;
    }
    const auto& option = *find_option(command, item.string_key);
    if (std::find(seen.begin(), seen.end(), option.name) == seen.end()) {
      seen.push_back(option.name);
      options_[item.string_key].clear(); // The later place wins.
    } else if (!option.repeatable) {
      return refuse_usage(
        fmt::format("--{} is given more than once", option.name));
    }
    // What looks like an option is one that was misplaced.
    auto apart = item.original_tokens.size() > 1;
    if (apart && !item.value.empty() && item.value.front().starts_with("--"))
      return refuse_usage(fmt::format(
        "--{} needs {}, but {} follows; {}", option.name, option.placeholder,
        quote_text(item.value.front()), see_help(command)));
    if (auto ok = add(option, item.value); !ok)
      return ok;
  }
  return {};
}

outcome<void> invocation::add(const option_spec& option,
                              const std::vector<std::string>& values) {
  auto& all = options_[std::string{option.name}];
  for (const auto& value : values) {
    if (auto ok = check_argument(option, value); !ok)
      return refuse_usage(
        fmt::format("--{}: {}", option.name, to_string(ok.error())));
    all.push_back(value);
  }
  return {};
}

outcome<void> invocation::check_positional() const {
  for (const auto& word : positional_)
    if (word.size() > 1 && word.front() == '-')
      return refuse_usage(unknown_option(word, command_));
  // A job file may say what else the command line must.
  auto least = has("file") ? 0 : command_->positional_min;
  if (positional_.size() < least)
    return refuse_usage(fmt::format("the command {} needs {}; {}",
                                    command_->name, command_->positional,
                                    see_help(command_)));
  if (positional_.size() > command_->positional_max)
    return refuse_usage(fmt::format(
      "the command {} has no use for {}; {}", command_->name,
      quote_text(positional_[command_->positional_max]), see_help(command_)));
  return {};
}

invocation invocation::completed(std::optional<std::string> positional,
                                 option_texts options) const {
  auto out = *this;
  if (out.positional_.empty() && positional)
    out.positional_.push_back(std::move(*positional));
  out.options_.merge(options);
  return out;
}

bool invocation::has(std::string_view option) const {
  return options_.find(option) != options_.end();
}

std::vector<std::string> invocation::texts(std::string_view option) const {
  auto i = options_.find(option);
  return i == options_.end() ? std::vector<std::string>{} : i->second;
}

std::optional<std::string> invocation::text(std::string_view option) const {
  auto i = options_.find(option);
  if (i == options_.end() || i->second.empty())
    return std::nullopt;
  return i->second.back();
}

std::optional<uint64_t> invocation::count(std::string_view option) const {
  auto x = text(option);
  return x ? std::optional{*parse_count(*x)} : std::nullopt;
}

std::optional<uint64_t> invocation::size_bytes(std::string_view option) const {
  auto x = text(option);
  return x ? std::optional{*parse_size(*x)} : std::nullopt;
}

std::optional<std::chrono::milliseconds>
invocation::duration(std::string_view option) const {
  auto x = text(option);
  return x ? std::optional{*parse_duration(*x)} : std::nullopt;
}

std::optional<endpoint> invocation::address(std::string_view option) const {
  auto x = text(option);
  return x ? std::optional{*parse_endpoint(*x)} : std::nullopt;
}

outcome<job_id> invocation::job() const {
  auto id = parse_count(positional_.front(), 1);
  if (!id)
    return refuse_usage(fmt::format("{} is not the number of a job; troupe "
                                    "jobs lists them",
                                    quote_text(positional_.front())));
  return *id;
}

} // namespace troupe::shell
