#include "nodes/shell/script_options.hpp"

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec table[] = {
  {"file", kind::file, "FILE",
   "Run the script in a file, - for stdin; what follows is $1 to $9 for it; -f "
   "is the same"},
  {"command", kind::text, "TEXT",
   "Run a text as a script, statements between ; or in lines; -c is the same"},
  {"keep-going", kind::none, "",
   "Do not stop a script at the first error; its exit code is that of the "
   "first one"},
};

} // namespace

std::span<const option_spec> script_options() {
  return table;
}

std::string_view long_option(std::string_view option,
                             const command_spec* command) {
  if (option == "-h")
    return "--help";
  if (option == "-c" && command == nullptr)
    return "--command";
  if (option == "-f" && find_option(command, "file") != nullptr)
    return "--file";
  if (option == "-f" && find_option(command, "follow") != nullptr)
    return "--follow";
  return option;
}

} // namespace troupe::shell
