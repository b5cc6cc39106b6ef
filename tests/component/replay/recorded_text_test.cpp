// Forms and event streams as recorders keep them.

#include <gtest/gtest.h>

#include "plugins/replay/form_text.hpp"
#include "plugins/replay/sse_text.hpp"

namespace patchbay::plugins::replay {
namespace {

std::vector<std::pair<std::string, std::string>> events(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> found;
  for (RecordedEvent event; take_event(text, event);)
    found.emplace_back(event.name, event.data);
  return found;
}

using Events = std::vector<std::pair<std::string, std::string>>;

TEST(RecordedStream, IsTakenApartWhateverItsLineEnds) {
  const Events wanted{{"", "1"}, {"x", "2\n3"}};
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string text = ": hi" + end + end + "data: 1" + end + end + "event: x" + end +
                             "data:2" + end + "id: 7" + end + "data: 3" + end + end;
    EXPECT_EQ(events(text), wanted);
  }
}

TEST(RecordedStream, MayLackItsLastEmptyLine) {
  EXPECT_EQ(events("data: 1\n\ndata: [DONE]"), (Events{{"", "1"}, {"", "[DONE]"}}));
  EXPECT_EQ(events("event: x\n\ndata: 1"), (Events{{"", "1"}}));
  EXPECT_EQ(events(""), Events{});
  EXPECT_EQ(events("\n\n: nothing\n"), Events{});
}

TEST(RecordedForm, IsTakenApart) {
  const auto fields = read_form("multipart/form-data; boundary=\"b b\"",
                                "--b b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
                                "--b b\r\ncontent-type: x/y\r\n"
                                "content-disposition: form-data; filename=f.bin; name=file\r\n\r\n"
                                "\r\n--b\r\n--b b--\r\n");
  ASSERT_TRUE(fields);
  ASSERT_EQ(fields->size(), 2u);
  EXPECT_EQ((*fields)[0].name, "a");
  EXPECT_FALSE((*fields)[0].is_file);
  EXPECT_EQ((*fields)[0].content, "1");
  EXPECT_EQ((*fields)[1].name, "file");
  EXPECT_TRUE((*fields)[1].is_file);
  EXPECT_EQ((*fields)[1].content, "\r\n--b");
}

TEST(RecordedForm, MayBeCutOff) {
  const auto fields = read_form("multipart/form-data; boundary=b",
                                "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nhalf");
  ASSERT_TRUE(fields);
  ASSERT_EQ(fields->size(), 1u);
  EXPECT_EQ((*fields)[0].content, "half");
}

TEST(RecordedForm, IsNoneWithoutABoundary) {
  EXPECT_FALSE(read_form("application/json", "{}"));
  EXPECT_FALSE(read_form("multipart/form-data", "--b\r\n\r\n"));
  EXPECT_FALSE(read_form("multipart/form-data; boundary=", "----\r\n"));
  EXPECT_FALSE(read_form("multipart/form-data; boundary=b", "something else"));
}

}  // namespace
}  // namespace patchbay::plugins::replay
