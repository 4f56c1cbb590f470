#include "nodes/shell/interpreter.hpp"

#include "nodes/shell/command_table.hpp"
#include "nodes/shell/script_file.hpp"
#include "nodes/shell/script_value.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::shell {

namespace {

using kind = statement::kind;
using texts = std::vector<std::string>;

constexpr int code_detached = static_cast<int>(exit_code::detached);

failure interrupted_failure() {
  return {exit_code::detached, "interrupted; the script stops here"};
}

std::string unknown_command(const std::string& name) {
  auto known = command_names();
  const auto& words = script_keywords();
  known.insert(known.end(), words.begin(), words.end());
  auto meant = did_you_mean(name, known);
  return fmt::format("there is no command {}{}", quote_text(name),
                     meant.empty() ? "; see troupe help" : meant);
}

/// Returns whether words look like an assignment as in `x =5`.
bool lacks_blank(const std::vector<script_word>& words) {
  if (words.size() < 2 || words[1].parts.empty()
      || !is_variable_name(words[0].plain()))
    return false;
  const auto& part = words[1].parts.front();
  return !part.variable && part.text.starts_with('=')
         && !part.text.starts_with("==");
}

bool is_command(const script_word& word) {
  return find_command(word.plain()) != nullptr;
}

/// Returns whether words look like a command, even if the first one is none.
bool has_option(const std::vector<script_word>& words) {
  return !words.front().plain().empty()
         && std::any_of(words.begin() + 1, words.end(), [](const auto& word) {
              return word.plain().starts_with("--");
            });
}

constexpr size_t variable_mib_max = command_output_bytes_max / (1024 * 1024);

failure too_long() {
  return {exit_code::failed,
          fmt::format("the words are longer than the {} MiB that a variable "
                      "holds",
                      variable_mib_max)};
}

outcome<bool> on_or_off(const texts& words) {
  if (words[1] != "on" && words[1] != "off")
    return refuse_usage(fmt::format("set {} takes on or off, not {}", words[0],
                                    quote_text(words[1])));
  return words[1] == "on";
}

/// Returns whether a word is nothing but a variable, whose elements a loop
/// visits.
bool is_one_variable(const script_word& word) {
  return !word.quoted && word.parts.size() == 1 && word.parts[0].variable;
}

} // namespace

interpreter::interpreter(command_runner& runner, interpreter_options options)
  : runner_(runner), options_(std::move(options)) {
  variables_["code"] = "0";
  variables_["last"] = "";
}

bool interpreter::is_complete(std::string_view text) {
  auto parsed = parse_script(text);
  return parsed || !parsed.error().incomplete;
}

outcome<exit_code> interpreter::run(std::string_view text,
                                    std::string_view name) {
  left_ = false;
  first_failure_ = 0;
  auto ended = run_text(text, name);
  // A prompt needs no sentence about what its user has just read.
  if (!ended && ended.error().text.empty())
    return ended.error().code;
  return ended;
}

outcome<exit_code> interpreter::run_text(std::string_view text,
                                         std::string_view name) {
  name_ = name;
  auto parsed = parse_script(text);
  if (!parsed) {
    const auto& why = parsed.error();
    statement place;
    place.line = why.line;
    return tl::unexpected{at(place, {exit_code::usage, why.text})};
  }
  auto ended = run_block(*parsed);
  if (!ended)
    return tl::unexpected{std::move(ended.error())};
  left_ = *ended == flow::left;
  return static_cast<exit_code>(left_ ? exit_code_ : first_failure_);
}

auto interpreter::run_block(const std::vector<statement>& all)
  -> outcome<flow> {
  for (size_t i = 0; i < all.size(); ++i) {
    if (auto ok = look_for_interrupt(all[i]); !ok)
      return tl::unexpected{std::move(ok.error())};
    looked_at_ = is_looked_at(all, i);
    auto ended = run_one(all[i]);
    if (ended && *ended != flow::next)
      return ended;
    if (!ended)
      if (auto ok = go_on_after(std::move(ended.error())); !ok)
        return tl::unexpected{std::move(ok.error())};
  }
  return flow::next;
}

outcome<void> interpreter::look_for_interrupt(const statement& what) const {
  if (options_.interrupted && options_.interrupted())
    return tl::unexpected{at(what, interrupted_failure())};
  return {};
}

outcome<void> interpreter::go_on_after(failure why) {
  if (!options_.keep_going || why.code == exit_code::detached)
    return tl::unexpected{std::move(why)};
  if (!why.text.empty())
    say(why.text);
  if (first_failure_ == 0)
    first_failure_ = static_cast<int>(why.code);
  return {};
}

bool interpreter::is_looked_at(const std::vector<statement>& all,
                               size_t at) const {
  if (at + 1 >= all.size())
    return false;
  const auto& next = all[at + 1];
  return (next.what == kind::if_else || next.what == kind::assert_that)
         && next.condition.about_last_command();
}

auto interpreter::run_one(const statement& what) -> outcome<flow> {
  if (echo_)
    say(fmt::format("+ {}", escape_text(what.text)));
  switch (what.what) {
    case kind::repeat: return repeat(what);
    case kind::for_each: return for_each(what);
    case kind::if_else: return choose(what);
    case kind::break_loop: return flow::broken;
    case kind::source: return source(what);
    case kind::leave: return leave(what);
    default: return run_simple(what);
  }
}

auto interpreter::run_simple(const statement& what) -> outcome<flow> {
  auto done = [&]() -> outcome<void> {
    switch (what.what) {
      case kind::assign: return assign(what);
      case kind::assert_that: return check(what);
      case kind::set: return set(what);
      case kind::pause: return pause(what);
      case kind::print: return print(what);
      default: {
        auto args = expand(what.words);
        if (!args)
          return tl::unexpected{std::move(args.error())};
        if (!is_command(what.words.front()))
          return refuse_usage(lacks_blank(what.words)
                                ? fmt::format("blanks are missing around the = "
                                              "of {}",
                                              quote_text(what.text))
                                : unknown_command(args->front()));
        return ended(what, call(std::move(*args), true));
      }
    }
  }();
  if (!done)
    return tl::unexpected{at(what, std::move(done.error()))};
  return flow::next;
}

// Commands and variables
// --------------------------------------------------------------

command_end interpreter::call(texts args, bool show) {
  if (json_)
    args.insert(args.begin(), "--json");
  auto end = runner_.run(args, show);
  if (!end.problem.empty())
    say(end.problem);
  last_code_ = end.code;
  variables_["code"] = std::to_string(end.code);
  auto last = end.output;
  if (last.ends_with('\n'))
    last.pop_back();
  variables_["last"] = std::move(last);
  return end;
}

outcome<void> interpreter::ended(const statement& what,
                                 const command_end& end) const {
  if (end.code == 0)
    return {};
  auto quiet = options_.interactive && sources_ == 0;
  if (end.code == code_detached)
    return tl::unexpected{quiet ? failure{exit_code::detached, ""}
                                : interrupted_failure()};
  if (looked_at_)
    return {};
  if (quiet)
    return refuse("", static_cast<exit_code>(end.code));
  return refuse(
    fmt::format("{} ended with exit code {}{}", quote_text(what.text), end.code,
                options_.keep_going ? "" : "; the script stops here"),
    static_cast<exit_code>(end.code));
}

outcome<void> interpreter::print(const statement& what) const {
  auto text = joined(what.words);
  if (!text)
    return tl::unexpected{std::move(text.error())};
  return options_.print ? options_.print(*text + "\n") : outcome<void>{};
}

outcome<void> interpreter::assign(const statement& what) {
  if (!is_command(what.words.front())) {
    if (has_option(what.words)) // A text with one would be in quotes.
      return refuse_usage(
        unknown_command(std::string{what.words.front().plain()}));
    auto value = joined(what.words);
    if (!value)
      return tl::unexpected{std::move(value.error())};
    variables_[what.name] = std::move(*value);
    return {};
  }
  auto args = expand(what.words);
  // Whoever uses it after a failure must not get an old value.
  variables_.erase(what.name);
  if (!args)
    return tl::unexpected{std::move(args.error())};
  auto end = call(std::move(*args), false);
  if (auto ok = ended(what, end); !ok)
    return ok;
  if (end.output.size() >= command_output_bytes_max)
    return refuse(fmt::format("the command prints more than the {} MiB that a "
                              "variable holds",
                              variable_mib_max));
  if (end.code == 0)
    variables_[what.name] = variables_["last"];
  return {};
}

outcome<std::string> interpreter::variable(const std::string& name) const {
  auto found = variables_.find(name);
  if (found != variables_.end())
    return found->second;
  if (name.find_first_not_of("0123456789") == std::string::npos)
    return refuse_usage(fmt::format("the script was started without the "
                                    "argument ${}",
                                    name));
  texts known;
  for (const auto& item : variables_)
    known.push_back(item.first);
  return refuse_usage(fmt::format("there is no variable {}{}", quote_text(name),
                                  did_you_mean(name, known)));
}

outcome<std::string> interpreter::expand(const word_part& part) const {
  if (!part.variable)
    return part.text;
  auto value = variable(part.text);
  if (!value || part.fields.empty())
    return value;
  if (!part.braces && !is_json_container(*value))
    return *value + part.fields; // As in $name.txt.
  auto found = json_field(*value, part.fields);
  if (!found)
    return refuse_usage(fmt::format("the variable {}: {}",
                                    quote_text(part.text), found.error().text));
  return *found;
}

outcome<std::string> interpreter::expand(const script_word& word) const {
  std::string out;
  for (const auto& part : word.parts) {
    auto text = expand(part);
    if (!text)
      return text;
    out += *text;
    if (out.size() > command_output_bytes_max)
      return tl::unexpected{too_long()};
  }
  return out;
}

outcome<texts>
interpreter::expand(const std::vector<script_word>& words) const {
  texts out;
  size_t bytes = 0;
  for (const auto& word : words) {
    auto text = expand(word);
    if (!text)
      return tl::unexpected{std::move(text.error())};
    bytes += text->size() + 1;
    if (bytes > command_output_bytes_max + 1)
      return tl::unexpected{too_long()};
    out.push_back(std::move(*text));
  }
  return out;
}

outcome<std::string>
interpreter::joined(const std::vector<script_word>& words) const {
  auto all = expand(words);
  if (!all)
    return tl::unexpected{std::move(all.error())};
  std::string out;
  for (const auto& word : *all)
    out += (&word == all->data() ? "" : " ") + word;
  return out;
}

// Conditions
// --------------------------------------------------------------------------

outcome<bool> interpreter::holds(const script_condition& what) {
  if (what.what != script_condition::kind::compare)
    return (last_code_ == 0) == (what.what == script_condition::kind::ok);
  auto left = joined(what.left);
  if (!left)
    return tl::unexpected{std::move(left.error())};
  auto right = joined(what.right);
  if (!right)
    return tl::unexpected{std::move(right.error())};
  auto found = compare(*left, what.op, *right);
  if (!found)
    return refuse_usage(found.error().text);
  if (!*found)
    compared_ =
      fmt::format("{} {} {}", quote_text(*left), what.op, quote_text(*right));
  return *found;
}

outcome<void> interpreter::check(const statement& what) {
  auto found = holds(what.condition);
  if (!found)
    return tl::unexpected{std::move(found.error())};
  if (*found)
    return {};
  if (what.condition.what == script_condition::kind::compare)
    return refuse(fmt::format("the assertion does not hold: {}", compared_));
  return refuse(fmt::format("the assertion does not hold: the last exit code "
                            "is {}",
                            last_code_));
}

auto interpreter::choose(const statement& what) -> outcome<flow> {
  auto found = holds(what.condition);
  if (!found)
    return tl::unexpected{at(what, std::move(found.error()))};
  return run_block(*found ? what.body : what.otherwise);
}

// Loops
// -------------------------------------------------------------------------------

auto interpreter::repeat(const statement& what) -> outcome<flow> {
  auto text = expand(what.words.front());
  if (!text)
    return tl::unexpected{at(what, std::move(text.error()))};
  auto times = parse_count(*text, 0, UINT64_MAX);
  if (!times)
    return tl::unexpected{at(what, {exit_code::usage, times.error().text})};
  for (uint64_t i = 0; i < *times; ++i) {
    auto ended = run_body(what);
    if (!ended || *ended == flow::left)
      return ended;
    if (*ended == flow::broken)
      break;
  }
  return flow::next;
}

auto interpreter::visit(const statement& what, std::string value)
  -> outcome<flow> {
  variables_[what.name] = std::move(value);
  return run_body(what);
}

auto interpreter::run_body(const statement& what) -> outcome<flow> {
  // A block without statements would not look itself.
  if (auto ok = look_for_interrupt(what); !ok)
    return tl::unexpected{std::move(ok.error())};
  return run_block(what.body);
}

auto interpreter::visit_word(const statement& what, const script_word& word)
  -> outcome<flow> {
  texts values;
  if (!word.command.empty()) {
    auto args = expand(word.command);
    if (!args)
      return tl::unexpected{at(what, std::move(args.error()))};
    if (!is_command(word.command.front()))
      return tl::unexpected{
        at(what, {exit_code::usage, unknown_command(args->front())})};
    auto end = call(std::move(*args), false);
    looked_at_ = false;
    if (auto ok = ended(what, end); !ok)
      return tl::unexpected{at(what, std::move(ok.error()))};
    values = elements(end.output);
  } else {
    auto text = expand(word);
    if (!text)
      return tl::unexpected{at(what, std::move(text.error()))};
    if (auto range = parse_integer_range(*text); range && !word.quoted)
      return visit_range(what, *range);
    values = is_one_variable(word) ? elements(*text) : texts{*text};
  }
  for (auto& value : values) {
    auto ended = visit(what, std::move(value));
    if (!ended || *ended != flow::next)
      return ended;
  }
  return flow::next;
}

auto interpreter::visit_range(const statement& what, const integer_range& range)
  -> outcome<flow> {
  for (auto i = range.begin; i < range.end; ++i) {
    auto ended = visit(what, std::to_string(i));
    if (!ended || *ended != flow::next)
      return ended;
  }
  return flow::next;
}

auto interpreter::for_each(const statement& what) -> outcome<flow> {
  for (const auto& word : what.words) {
    auto ended = visit_word(what, word);
    if (!ended || *ended == flow::left)
      return ended;
    if (*ended == flow::broken)
      break;
  }
  return flow::next;
}

// The rest
// ----------------------------------------------------------------------------

auto interpreter::source(const statement& what) -> outcome<flow> {
  auto path = expand(what.words.front());
  if (!path)
    return tl::unexpected{at(what, std::move(path.error()))};
  if (sources_ >= script_sources_max)
    return tl::unexpected{at(
      what, {exit_code::usage, fmt::format("more than {} files are within each "
                                           "other; does one read itself?",
                                           script_sources_max)})};
  auto beside = path_beside(name_, *path);
  auto text = options_.read ? options_.read(beside)
                            : read_script(beside, options_.interrupted);
  if (!text)
    return tl::unexpected{at(what, std::move(text.error()))};
  auto outer = name_;
  ++sources_;
  auto ended = run_text(*text, beside);
  --sources_;
  name_ = outer;
  if (!ended)
    return tl::unexpected{std::move(ended.error())};
  return left_ ? flow::left : flow::next;
}

outcome<void> interpreter::set(const statement& what) {
  auto words = expand(what.words);
  if (!words)
    return tl::unexpected{std::move(words.error())};
  const auto& name = words->front();
  if (name == "events" && options_.set_events)
    return options_.set_events((*words)[1]);
  bool* setting = name == "keep-going" ? &options_.keep_going
                  : name == "json"     ? &json_
                  : name == "echo"     ? &echo_
                                       : nullptr;
  if (setting == nullptr) {
    auto meant = did_you_mean(name, {"echo", "json", "keep-going"});
    return refuse_usage(fmt::format(
      "there is no setting {}{}", quote_text(name),
      meant.empty() ? "; they are echo, json and keep-going" : meant));
  }
  auto value = on_or_off(*words);
  if (!value)
    return tl::unexpected{std::move(value.error())};
  *setting = *value;
  return {};
}

auto interpreter::leave(const statement& what) -> outcome<flow> {
  exit_code_ = first_failure_;
  if (what.words.empty())
    return flow::left;
  auto text = expand(what.words.front());
  if (!text)
    return tl::unexpected{at(what, std::move(text.error()))};
  auto code = parse_count(*text, 0, 255);
  if (!code)
    return tl::unexpected{at(what, {exit_code::usage, code.error().text})};
  exit_code_ = static_cast<int>(*code);
  return flow::left;
}

outcome<void> interpreter::pause(const statement& what) {
  auto text = expand(what.words.front());
  if (!text)
    return tl::unexpected{std::move(text.error())};
  auto time = parse_duration(*text);
  if (!time)
    return refuse_usage(time.error().text);
  if (!options_.pause)
    return refuse("sleep is of no use here: there is no clock");
  if (!options_.pause(*time))
    return tl::unexpected{interrupted_failure()};
  return {};
}

failure interpreter::at(const statement& what, failure why) const {
  if (why.text.empty() || (options_.interactive && sources_ == 0))
    return why;
  return {why.code, fmt::format("{}:{}: {}", name_, what.line, why.text)};
}

void interpreter::say(std::string_view text) const {
  if (options_.say)
    options_.say(text);
}

} // namespace troupe::shell
