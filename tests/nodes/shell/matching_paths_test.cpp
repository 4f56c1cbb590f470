#define CAF_SUITE matching_paths

#include "nodes/shell/matching_paths.hpp"
#include "tests/nodes/shell/temporary_folder.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

using texts = std::vector<std::string>;

CAF_TEST(finds_files_and_folders) {
  temporary_folder folder;
  folder.file("data.txt", "");
  folder.file("dance", "");
  folder.file("other", "");
  folder.file(".data", "");
  std::filesystem::create_directory(folder.path("data"));
  folder.file("data/deep", "");
  auto at = [&](const char* name) { return folder.path(name); };
  CAF_CHECK(matching_paths(at("da"))
            == texts({at("dance"), at("data.txt"), at("data") + "/"}));
  CAF_CHECK(matching_paths(at("data/")) == texts{at("data/deep")});
  CAF_CHECK(matching_paths(at(".d")) == texts{at(".data")});
  CAF_CHECK_EQUAL(matching_paths(folder.path("")).size(), 4u);
  CAF_CHECK(matching_paths(at("none/x")).empty());
  CAF_CHECK(matching_paths(std::string_view{"\0x", 2}).empty());
}
