#include "nodes/shell/line_completion.hpp"

#include "nodes/shell/completion.hpp"
#include "nodes/shell/script_options.hpp"

#include <algorithm>
#include <utility>

namespace troupe::shell {

namespace {

using texts = std::vector<std::string>;

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Options whose argument only the cluster knows, by what help calls it.
struct known_argument {
  std::string_view placeholder;
  value_kind kind;
};

constexpr known_argument known_arguments[] = {
  {"NODE", value_kind::node},
  {"JOB", value_kind::job},
  {"FUNCTION", value_kind::function},
};

texts words_of(std::string_view text) {
  texts out;
  for (auto& word : split_words(text))
    if (!word.text.empty())
      out.push_back(std::move(word.text));
  return out;
}

class completer {
public:
  completer(std::string_view line, const completion_sources& sources)
    : sources_(sources), words_(split_words(line)) {
    // nop
  }

  line_completion run() {
    if (words_.empty())
      return {};
    const auto& last = words_.back();
    out_ = {last.begin, last.text, last.quoted, {}};
    if (!last.quoted && last.text.starts_with('$'))
      offer_variables();
    else
      offer_word();
    return std::move(out_);
  }

private:
  // What is offered ----------------------------------------------------------

  void offer(texts candidates) {
    for (auto& candidate : candidates)
      if (candidate.starts_with(out_.word)
          && std::find(out_.candidates.begin(), out_.candidates.end(),
                       candidate)
               == out_.candidates.end())
        out_.candidates.push_back(std::move(candidate));
  }

  void offer_words(std::string_view choices) {
    offer(words_of(choices));
  }

  void offer_files() {
    if (sources_.files)
      offer(sources_.files(out_.word));
  }

  void offer_values(value_kind kind) {
    if (sources_.values)
      offer(sources_.values(kind));
  }

  void offer_variables() {
    for (const auto& name : sources_.variables)
      offer({"$" + name});
  }

  /// Completes only what is behind the first `length` bytes of the word.
  void skip(size_t length) {
    out_.begin += length;
    out_.word.erase(0, length);
  }

  // Where we are -------------------------------------------------------------

  /// Skips what stands before the command: other statements, `NAME =` and
  /// `for NAME in $(`.
  size_t find_beginning() const {
    size_t at = 0;
    for (size_t i = 0; i + 1 < words_.size(); ++i) {
      const auto& word = words_[i];
      if (!word.quoted
          && (word.text == ";" || word.text == "$("
              || (word.text == "=" && i == at + 1)))
        at = i + 1;
    }
    return at;
  }

  void offer_word() {
    auto at = find_beginning();
    const auto last = words_.size() - 1;
    const option_spec* waiting = nullptr; ///< Needs an argument.
    const option_spec* many = nullptr;    ///< Takes all up to an option.
    for (; at < last; ++at) {
      const auto& text = words_[at].text;
      if (const auto* option = std::exchange(waiting, nullptr)) {
        if (option->name == "node")
          node_ = text;
        continue;
      }
      if (auto name = long_option(text, command_); name.starts_with("--")) {
        note_option(name, waiting, many);
      } else if (command_ == nullptr) {
        command_ = find_command(text);
        if (command_ == nullptr)
          return offer_statement(at);
      } else if (many == nullptr) {
        positional_.push_back(text);
      }
    }
    if (waiting != nullptr)
      offer_argument(*waiting);
    else if (out_.word.starts_with("-"))
      offer_options();
    else if (many != nullptr)
      offer_argument(*many);
    else if (command_ == nullptr)
      offer_commands();
    else
      offer_positional();
  }

  /// Completes what is no command but has words of its own.
  void offer_statement(size_t keyword) {
    auto place = words_.size() - 1 - keyword;
    const auto& name = words_[keyword].text;
    if (name == "source" && place == 1)
      return offer_files();
    if (name != "set")
      return;
    if (place == 1)
      return offer_words("echo events json keep-going");
    auto events = words_[keyword + 1].text == "events";
    if (place == 2)
      offer_words(events ? "off jobs all" : "on off");
  }

  void note_option(std::string_view text, const option_spec*& waiting,
                   const option_spec*& many) {
    text.remove_prefix(2);
    auto equals = text.find('=');
    const auto* option = find_option(command_, text.substr(0, equals));
    many = nullptr;
    if (option == nullptr)
      return;
    used_.push_back(option->name);
    if (equals != std::string_view::npos
        || option->argument == argument_kind::none)
      return;
    waiting = option;
    if (option->argument == argument_kind::files)
      many = option;
  }

  void offer_commands() {
    offer(command_names());
    offer(sources_.words);
    std::sort(out_.candidates.begin(), out_.candidates.end());
  }

  void offer_options() {
    auto equals = out_.word.find('=');
    if (out_.word.starts_with("--") && equals != std::string::npos) {
      const auto* option =
        find_option(command_, out_.word.substr(2, equals - 2));
      skip(equals + 1);
      if (option != nullptr && !out_.quoted)
        offer_argument(*option);
      return;
    }
    auto add = [this](std::span<const option_spec> options) {
      for (const auto& option : options)
        if (option.repeatable
            || std::find(used_.begin(), used_.end(), option.name)
                 == used_.end())
          offer({"--" + std::string{option.name}});
    };
    if (command_ != nullptr)
      add(command_->options);
    add(global_options());
    std::sort(out_.candidates.begin(), out_.candidates.end());
  }

  void offer_argument(const option_spec& option) {
    switch (option.argument) {
      case argument_kind::file:
      case argument_kind::files: return offer_files();
      case argument_kind::text: return offer_text(option);
      default: return offer_words(fixed_values(option, command_));
    }
  }

  void offer_text(const option_spec& option) {
    // Of several ones, between commas, the last.
    auto several = option.placeholder.ends_with(",...");
    auto comma = out_.word.rfind(',');
    if (several && comma != std::string::npos && !out_.quoted)
      skip(comma + 1);
    for (const auto& known : known_arguments)
      if (known.placeholder == option.placeholder)
        return offer_values(known.kind);
    offer_words(fixed_values(option, command_));
  }

  void offer_positional() {
    auto place = positional_.size();
    if (place >= command_->takes.size() || place >= command_->positional_max)
      return;
    auto kind = command_->takes[place];
    switch (kind) {
      case value_kind::none: return;
      case value_kind::file: return offer_files();
      case value_kind::choice: return offer_words(command_->choices);
      case value_kind::command: offer_commands(); return offer({"scripts"});
      case value_kind::actor: return offer_actors();
      default: return offer_values(kind);
    }
  }

  /// The values begin with their nodes; the command is told the node before
  /// the path, or by its option --node, or not at all.
  void offer_actors() {
    const auto& takes = command_->takes;
    auto place = static_cast<size_t>(
      std::find(takes.begin(), takes.end(), value_kind::node) - takes.begin());
    auto node = place < positional_.size() ? positional_[place] : node_;
    auto paths = sources_.values ? sources_.values(value_kind::actor) : texts{};
    for (const auto& path : paths)
      if (node.empty() || path.starts_with(node + "/"))
        offer({path.substr(path.find('/', node.size()) + 1)});
  }

  const completion_sources& sources_;
  std::vector<typed_word> words_;
  line_completion out_;
  const command_spec* command_ = nullptr;
  texts positional_;
  std::string node_; ///< Of the option --node.
  std::vector<std::string_view> used_;
};

/// Returns what all candidates begin with, not ending within a character.
std::string common_beginning(const texts& candidates) {
  auto out = candidates.front();
  for (const auto& candidate : candidates) {
    auto [end, other] =
      std::mismatch(out.begin(), out.end(), candidate.begin(), candidate.end());
    out.erase(end, out.end());
  }
  auto is_rest = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
  };
  const auto& longer = candidates.front();
  while (!out.empty() && out.size() < longer.size()
         && is_rest(longer[out.size()]))
    out.pop_back();
  return out;
}

bool needs_quotes(std::string_view text) {
  return text.empty()
         || text.find_first_of(" \t\r\n\"'\\#;()$") != std::string_view::npos;
}

} // namespace

std::vector<typed_word> split_words(std::string_view line) {
  std::vector<typed_word> out;
  size_t at = 0;
  while (at < line.size()) {
    if (is_blank(line[at])) {
      ++at;
      continue;
    }
    if (line[at] == '#')
      return {};
    // What begins a command also stands alone without blanks.
    auto sign = line[at] == ';' ? 1u : line.substr(at, 2) == "$(" ? 2u : 0u;
    if (sign > 0) {
      out.push_back({at, std::string{line.substr(at, sign)}, false});
      at += sign;
      continue;
    }
    typed_word word{at, "", false};
    char quote = 0;
    auto ends = [&](char c) { return quote == 0 && (is_blank(c) || c == ';'); };
    for (; at < line.size() && !ends(line[at]); ++at) {
      auto c = line[at];
      if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        word.quoted = true;
      } else if (quote != 0 && c == quote) {
        quote = 0;
      } else if (c == '\\' && quote != '\'' && at + 1 < line.size()) {
        word.text += line[++at];
        word.quoted = true;
      } else {
        word.text += c;
      }
    }
    out.push_back(std::move(word));
    if (at == line.size())
      return out; // The cursor stands behind it, or within its quotes.
  }
  out.push_back({line.size(), "", false});
  return out;
}

line_completion complete_line(std::string_view line, size_t cursor,
                              const completion_sources& sources) {
  return completer{line.substr(0, cursor), sources}.run();
}

std::string insertion(const line_completion& what) {
  if (what.candidates.empty())
    return "";
  auto text = common_beginning(what.candidates);
  auto only = what.candidates.size() == 1;
  if (!only && text.size() <= what.word.size())
    return "";
  auto goes_on = text.ends_with('/') || text.ends_with(':');
  auto complete = only && !goes_on;
  // A variable is one only without quotes.
  auto variable = text.starts_with('$') && !what.quoted;
  if (!what.quoted && (variable || !needs_quotes(text)))
    return complete ? text + " " : text;
  std::string out = "\"";
  for (auto c : text) {
    if (c == '"' || c == '\\' || c == '$')
      out += '\\';
    out += c;
  }
  return complete ? out + "\" " : out;
}

} // namespace troupe::shell
