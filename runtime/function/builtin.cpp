#include "runtime/function/builtin.hpp"

#include "runtime/function/builtin_parts.hpp"

namespace troupe {

result<void> add_builtin_functions(function_registry& registry) {
  for (auto add : {builtin::add_basic, builtin::add_spin, builtin::add_text,
                   builtin::add_numbers, builtin::add_exec})
    if (auto added = add(registry); !added)
      return added;
  return {};
}

} // namespace troupe
