#include "nodes/shell/script_help.hpp"

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

} // namespace

std::string_view script_help() {
  return text;
}

} // namespace troupe::shell
