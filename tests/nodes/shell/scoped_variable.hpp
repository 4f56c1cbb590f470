#pragma once

#include <stdlib.h>

#include <optional>
#include <string>

namespace troupe::shell {

/// Sets a variable of the environment for one scope; nullptr: removes it.
class scoped_variable {
public:
  scoped_variable(const char* name, const char* value) : name_(name) {
    if (const auto* old = ::getenv(name))
      old_ = old;
    set(value);
  }

  ~scoped_variable() {
    set(old_ ? old_->c_str() : nullptr);
  }

  scoped_variable(const scoped_variable&) = delete;
  scoped_variable& operator=(const scoped_variable&) = delete;

private:
  void set(const char* value) {
    if (value != nullptr)
      ::setenv(name_, value, 1);
    else
      ::unsetenv(name_);
  }

  const char* name_;
  std::optional<std::string> old_;
};

} // namespace troupe::shell
