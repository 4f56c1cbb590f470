#define CAF_SUITE json_stream

#include "nodes/shell/json_stream.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

CAF_TEST(an_array_grows_by_an_element_a_line) {
  captured file;
  text_output out{file.descriptor()};
  json_stream stream{out};
  stream.write(R"({"a": 1})");
  CAF_CHECK_EQUAL(file.text(), "[\n{\"a\": 1}\n");
  stream.write(R"({"a": 2})");
  CAF_CHECK_EQUAL(file.text(), "[\n{\"a\": 1}\n,{\"a\": 2}\n");
  stream.close();
  CAF_CHECK_EQUAL(file.text(), "[\n{\"a\": 1}\n,{\"a\": 2}\n]\n");
}

CAF_TEST(an_array_of_nothing_is_one_too) {
  captured file;
  text_output out{file.descriptor()};
  json_stream{out}.close();
  CAF_CHECK_EQUAL(file.text(), "[\n]\n");
}

CAF_TEST(an_array_is_closed_once_and_by_itself) {
  captured file;
  text_output out{file.descriptor()};
  {
    json_stream stream{out};
    stream.write("1");
    stream.close();
    stream.close();
  }
  { json_stream left{out}; }
  CAF_CHECK_EQUAL(file.text(), "[\n1\n]\n[\n]\n");
}
