#pragma once

#include "nodes/shell/table.hpp"

#include <caf/test/unit_test.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <string>

/// Golden files: what commands print of fixed data, as people and programs see
/// it. With TROUPE_GOLDEN=write in the environment the tests write the files
/// instead of comparing them; then look at the difference before you commit it.
namespace troupe::shell {

/// Collects what belongs into one golden file.
class golden {
public:
  /// The terminals for which tables and texts are kept.
  static constexpr size_t widths[] = {60, 80, 200};

  /// @param folder TROUPE_SOURCE_DIR "/tests/nodes/shell/golden/".
  golden(const std::string& folder, const std::string& name)
    : path_(folder + name + ".txt") {
    // nop
  }

  golden& add(const std::string& title, const std::string& text) {
    text_ += fmt::format("== {}\n{}", title, text);
    if (!text.ends_with('\n'))
      text_ += "\n";
    return *this;
  }

  golden& add(const table& what) {
    return add([&](size_t width) { return render(what, width, false); });
  }

  /// Adds a text that depends on the width of the terminal, and fits.
  golden& add(const std::function<std::string(size_t)>& text) {
    for (auto width : widths) {
      auto shown = text(width);
      std::istringstream lines{shown};
      for (std::string line; std::getline(lines, line);)
        CAF_CHECK(display_columns(line) <= width);
      add(fmt::format("{} columns", width), shown);
    }
    return *this;
  }

  golden& json(const std::string& text) {
    CAF_CHECK(nlohmann::json::accept(text));
    return add("JSON", text);
  }

  /// Compares, or writes.
  void check() const {
    const char* wish = std::getenv("TROUPE_GOLDEN");
    if (wish != nullptr && std::string{wish} == "write") {
      std::ofstream{path_, std::ios::binary} << text_;
      return;
    }
    std::ifstream in{path_, std::ios::binary};
    std::string want{std::istreambuf_iterator<char>{in}, {}};
    CAF_CHECK(want == text_);
    if (want != text_)
      CAF_MESSAGE(path_ << " differs from what is printed now; if that is "
                           "meant, run this test with TROUPE_GOLDEN=write. "
                           "Now it is:\n"
                        << text_);
  }

private:
  std::string path_;
  std::string text_;
};

} // namespace troupe::shell
