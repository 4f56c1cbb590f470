#include "nodes/shell/json_help.hpp"

namespace troupe::shell {

namespace {

constexpr std::string_view text =
  R"(JSON values

  type                 JSON
  null bool            null, true, false
  int uint             an integer, exact over 64 bits
  float                a number; "NaN", "Infinity", "-Infinity"
  string bytes         a string; a byte that is not UTF-8 is \udcNN
  list<T> tuple<A,B>   an array
  map<string,T>        an object; other maps are arrays of pairs
  optional<T>          null or the value
  {name:T,...}         an object; optional fields may be missing
  any                  whatever it is

JSON of a job

With --json, run, submit, wait, result, job and cancel print this object, and
jobs an array of them:

  {"job": 7, "name": "", "function": "echo", "state": "succeeded",
   "tasks": 2, "succeeded": 2, "dead": 0, "cancelled": 0, "attempts": 2,
   "seconds": 0.012, "result": [1,2]}

state is open, running, succeeded, failed or cancelled. reason is there when
there is one: why the job waits, failed or was cancelled. result is there for
run, wait --result and result, unless --output took it. After 124 and 130 the
object shows the job as it is then.
)";

} // namespace

std::string_view json_help() {
  return text;
}

} // namespace troupe::shell
