#define CAF_SUITE text_output

#include "nodes/shell/text_output.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(everything_arrives_in_order) {
  captured file;
  text_output out{file.descriptor()};
  std::string want;
  for (size_t size : {0u, 1u, 70'000u, 10u, 65'536u, 3u}) {
    std::string text(size, static_cast<char>('a' + size % 26));
    out.write(text);
    want += text;
  }
  CAF_CHECK(out.flush());
  CAF_CHECK(file.text() == want);
}

CAF_TEST(small_texts_wait_for_the_flush) {
  captured file;
  text_output out{file.descriptor()};
  out.write("x");
  CAF_CHECK_EQUAL(file.text(), "");
  CAF_CHECK(out.flush());
  CAF_CHECK_EQUAL(file.text(), "x");
}

CAF_TEST(a_full_disk_is_an_error) {
  auto full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  CAF_REQUIRE(full >= 0);
  text_output out{full};
  out.write("x");
  auto written = out.flush();
  ::close(full);
  CAF_REQUIRE(!written);
  CAF_CHECK(written.error().code == errc::file_error);
  CAF_CHECK(written.error().text.find("No space") != std::string::npos);
}

CAF_TEST(a_reader_that_went_away_is_none) {
  auto* before = std::signal(SIGPIPE, SIG_IGN);
  int ends[2] = {-1, -1};
  CAF_REQUIRE_EQUAL(::pipe(ends), 0);
  ::close(ends[0]);
  CAF_CHECK_EQUAL(write_fully(ends[1], "x"), EPIPE);
  text_output out{ends[1]};
  out.write(std::string(200'000, 'x'));
  CAF_CHECK(out.flush());
  ::close(ends[1]);
  std::signal(SIGPIPE, before);
}

CAF_TEST(a_copy_gets_the_same_and_does_not_disturb) {
  captured file;
  captured copy;
  text_output out{file.descriptor(), copy.descriptor()};
  out.write("x");
  CAF_CHECK(out.flush());
  CAF_CHECK_EQUAL(copy.text(), "x");
  out.write("a");
  out.write("<red>b", "b");
  out.write("c");
  CAF_CHECK(out.flush());
  CAF_CHECK_EQUAL(copy.text(), "xabc");
  CAF_CHECK_EQUAL(file.text(), "xa<red>bc");
  auto full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  text_output other{file.descriptor(), full};
  other.write("y");
  CAF_CHECK(other.flush());
  ::close(full);
  CAF_CHECK_EQUAL(file.text(), "xa<red>bcy");
}
