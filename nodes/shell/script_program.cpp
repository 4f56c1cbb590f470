#include "nodes/shell/script_program.hpp"

#include "nodes/shell/interpreter.hpp"
#include "nodes/shell/interrupt.hpp"
#include "nodes/shell/printable_text.hpp"
#include "nodes/shell/script_file.hpp"
#include "nodes/shell/terminal.hpp"
#include "nodes/shell/text_output.hpp"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace troupe::shell {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr size_t script_arguments_max = 9;

/// What a script reads, and what sentences call it.
struct script_text {
  std::string text;
  std::string name;
};

outcome<script_text> text_of(const invocation& call, const surroundings& where,
                             const std::function<bool()>& interrupted) {
  auto file = call.text("file");
  auto text = call.text("command");
  if (file && text)
    return refuse_usage("--file and --command exclude each other: one script "
                        "at a time");
  if (text)
    return script_text{*text, "-c"};
  auto from_stdin = !file || *file == "-";
  auto read = from_stdin ? read_script(where.in, interrupted)
                         : read_script(*file, interrupted);
  if (!read)
    return refuse(from_stdin ? fmt::format("cannot read the script from "
                                           "stdin: {}",
                                           read.error().text)
                             : read.error().text,
                  read.error().code);
  // With nothing at all, somebody has forgotten the command.
  if (!file && read->find_first_not_of(" \t\r\n") == std::string::npos)
    return refuse_usage("a command is missing; see troupe help");
  return script_text{std::move(*read), from_stdin ? "stdin" : *file};
}

/// Puts the global options of the script's own command line before all others.
class script_runner : public command_runner {
public:
  script_runner(command_runner& commands, std::vector<std::string> before)
    : commands_(commands), before_(std::move(before)) {
    // nop
  }

  command_end run(const std::vector<std::string>& args, bool show) override {
    auto all = before_;
    all.insert(all.end(), args.begin(), args.end());
    return commands_.run(all, show);
  }

private:
  command_runner& commands_;
  std::vector<std::string> before_;
};

interpreter_options options_of(const invocation& call,
                               const surroundings& where) {
  interpreter_options out;
  out.keep_going = call.has("keep-going");
  out.say = [descriptor = where.err](std::string_view text) {
    write_sentence(descriptor, text);
  };
  out.print = [descriptor = where.out](std::string_view text) {
    return print_text(descriptor, text);
  };
  out.pause = [](milliseconds time) { return !wait_for_interrupt(time); };
  out.interrupted = [] { return wait_for_interrupt(nanoseconds{0}); };
  return out;
}

} // namespace

std::vector<std::string> global_words(const invocation& call) {
  std::vector<std::string> out;
  for (const auto& option : global_options()) {
    if (!call.has(option.name) || option.name == "help"
        || option.name == "version")
      continue;
    out.push_back(fmt::format("--{}", option.name));
    if (auto text = call.text(option.name))
      out.push_back(*text);
  }
  return out;
}

outcome<void> print_text(int descriptor, std::string_view text) {
  auto reason = is_terminal(descriptor)
                  ? write_fully(descriptor, printable_text(text))
                  : write_fully(descriptor, text);
  if (auto ok = check_written(reason); !ok)
    return refuse(ok.error());
  return {};
}

outcome<exit_code> run_script(const invocation& call, const surroundings& where,
                              command_runner& commands) {
  const auto& arguments = call.positional();
  if (arguments.size() > script_arguments_max)
    return refuse_usage(fmt::format("a script takes at most {} arguments, $1 "
                                    "to $9",
                                    script_arguments_max));
  auto options = options_of(call, where);
  auto script = text_of(call, where, options.interrupted);
  if (!script)
    return tl::unexpected{std::move(script.error())};
  script_runner runner{commands, global_words(call)};
  interpreter language{runner, std::move(options)};
  language.set_variable("0", script->name);
  for (size_t i = 0; i < arguments.size(); ++i)
    language.set_variable(std::to_string(i + 1), arguments[i]);
  return language.run(script->text, script->name);
}

} // namespace troupe::shell
