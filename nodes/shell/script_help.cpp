#include "nodes/shell/script_help.hpp"

#include "nodes/shell/script_parser.hpp"

#include <algorithm>

namespace troupe::shell {

namespace {

constexpr std::string_view text =
  R"(Scripts are lists of commands, without the word troupe.

  troupe -f job.troupe [ARGUMENT...]    troupe < job.troupe
  troupe -c 'TEXT'                      troupe -f - --keep-going

A script stops at the first error, with the file, the line and the exit code of
the failed command. With --keep-going it goes on, and ends with the exit code of
the first failure. Ctrl-C ends it with 130.

Statements, one a line or with ; between them:

  submit wordcount --glob '*.txt'  Any command of troupe
  name = words                     Set a variable
  name = submit sleep --range 0..4 Set it to what a command prints (nothing of
                                   that is shown); unset if the command fails
  print words                      Write a line to stdout
  assert A OP B                    Stop unless it holds; OP is one of
                                   == != < <= > >= contains
  if CONDITION ... else ... end    CONDITION is A OP B; or ok, failed or
                                   code == N for the last command's exit code
  for x in WORDS ... end           WORDS are texts; A..B, the numbers of [A, B);
                                   $name and $(COMMAND ...), the elements of a
                                   JSON array or else the lines
  repeat N ... end                 N times
  break                            Leave the innermost loop
  sleep TIME                       Wait, as in sleep 500ms
  source FILE                      Run another script, beside this one
  set NAME on|off                  keep-going; json: --json for all commands;
                                   echo: show each statement
  exit [CODE]                      End the script

A command that fails does not stop the script if the next statement is an if or
assert that looks at ok, failed or code.

Words are split at blanks. 'TEXT' is as it stands; within "TEXT", variables are
replaced; a backslash takes the special meaning of what follows, and at the end
of a line goes on in the next one; # begins a comment.

Variables: $name or ${name}; ${job.state} is a field of a JSON value, as is
${nodes.0.name}. $last is what the last command printed, $code its exit code,
$1 to $9 are the arguments, $0 is the script's name.

Example:

  job = submit count_primes --range 0..1000000/50000 --reduce sum
  wait $job --timeout 1m
  about = job $job --json
  assert ${about.state} == succeeded
  print "job $job took ${about.seconds} s"

More: docs/scripts.md, and examples/scripts/.
)";

/// Returns the part of the text about statements.
std::string_view statement_rows() {
  auto begin = text.find("\n\n", text.find("Statements, ")) + 2;
  return text.substr(begin, text.find("\n\n", begin) + 1 - begin);
}

bool has_word(std::string_view row, std::string_view word) {
  constexpr std::string_view blanks = " \n";
  for (auto at = row.find(word); at != std::string_view::npos;
       at = row.find(word, at + 1)) {
    auto behind = row.substr(at + word.size(), 1);
    if (blanks.find(row[at - 1]) != std::string_view::npos
        && (behind.empty() || blanks.find(behind) != std::string_view::npos))
      return true;
  }
  return false;
}

/// Returns the statements that a word belongs to, as the whole help has them.
std::string rows_with(std::string_view word) {
  constexpr size_t name_columns = 35;
  std::string out;
  auto shown = false;
  for (auto rest = statement_rows(); !rest.empty();) {
    auto line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    if (!line.starts_with("   ")) // Else the row before goes on.
      shown = has_word(line.substr(0, name_columns), word);
    if (shown)
      out += line;
  }
  return out;
}

} // namespace

const std::vector<std::string>& prompt_words() {
  static const std::vector<std::string> all = {"history", "quit"};
  return all;
}

std::string word_help(std::string_view word) {
  if (word == "history")
    return "At the prompt: shows the lines that were typed, the oldest "
           "first.\n";
  if (word == "quit")
    return "At the prompt: leaves it, as Ctrl-D and exit do.\n";
  const auto& known = script_keywords();
  if (std::find(known.begin(), known.end(), word) == known.end())
    return {};
  return rows_with(word)
         + "\nA word of scripts and of the prompt; see `troupe help "
           "scripts`.\n";
}

std::string_view script_help() {
  return text;
}

} // namespace troupe::shell
