#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

namespace troupe::shell {

/// A folder of its own for one test; removed with all that is in it.
class temporary_folder {
public:
  temporary_folder() {
    auto name =
      (std::filesystem::temp_directory_path() / "troupe.XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr)
      path_ = name;
  }

  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  std::string path(std::string_view name) const {
    return (path_ / name).string();
  }

  /// Makes a file and returns its path.
  std::string file(std::string_view name, std::string_view content) const {
    std::ofstream out{path(name), std::ios::binary};
    out << content;
    return path(name);
  }

  std::string read(std::string_view name) const {
    std::ifstream in{path(name), std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  /// Returns how many entries the folder has.
  size_t entries() const {
    return static_cast<size_t>(
      std::distance(std::filesystem::directory_iterator{path_}, {}));
  }

private:
  std::filesystem::path path_;
};

} // namespace troupe::shell
