#pragma once

#include <string>
#include <string_view>

/// What is typed is edited in wide characters and is UTF-8 everywhere else. A
/// byte that is not UTF-8 is the character 0xDC00 + byte (as in Python's
/// PEP 383), so that no input is changed on its way.
namespace troupe::shell {

std::wstring widen(std::string_view text);
std::string narrow(std::wstring_view text);

} // namespace troupe::shell
