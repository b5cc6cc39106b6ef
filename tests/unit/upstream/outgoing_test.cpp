#include "core/upstream/outgoing.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace patchbay::upstream {
namespace {

Outgoing of(const char* head, std::vector<std::string_view> body) {
  Outgoing outgoing;
  outgoing.head() = head;
  outgoing.set_body(std::move(body));
  return outgoing;
}

// Takes everything out, `step` bytes at a time, the way a kernel with little room would.
std::string drain(Outgoing& outgoing, std::size_t step) {
  std::string sent;
  while (!outgoing.done()) {
    std::array<iovec, 2> pieces{};
    const std::size_t filled = outgoing.gather(pieces);
    std::size_t left = step;
    for (std::size_t i = 0; i < filled && left > 0; ++i) {
      const std::size_t here = std::min(left, pieces[i].iov_len);
      sent.append(static_cast<const char*>(pieces[i].iov_base), here);
      left -= here;
    }
    outgoing.advance(step - left);
  }
  return sent;
}

TEST(Outgoing, GivesHeadAndPiecesInOrderForEveryStep) {
  for (std::size_t step = 1; step < 20; ++step) {
    Outgoing outgoing = of("HEAD ", {"one", "", "two", ""});
    EXPECT_EQ(drain(outgoing, step), "HEAD onetwo") << "step " << step;
  }
}

TEST(Outgoing, StartsOverAfterRewind) {
  Outgoing outgoing = of("H", {"body"});
  drain(outgoing, 2);
  outgoing.rewind();
  EXPECT_EQ(outgoing.left(), 5U);
  EXPECT_EQ(drain(outgoing, 3), "Hbody");
}

TEST(Outgoing, CopiesTheNextBytesWithoutTakingThem) {
  Outgoing outgoing = of("HEAD", {"one", "two"});
  outgoing.advance(3);
  std::array<char, 6> bytes{};
  ASSERT_EQ(outgoing.copy(bytes.data(), bytes.size()), 6U);
  EXPECT_EQ(std::string(bytes.data(), 6), "Donetw");
  EXPECT_EQ(outgoing.left(), 7U);
}

TEST(Outgoing, NeedsTheCallersBytesNoMoreOnceItOwnsTheRest) {
  std::string body = "0123456789";
  Outgoing outgoing =
      of("HEAD", {std::string_view(body).substr(0, 5), std::string_view(body).substr(5)});
  outgoing.advance(7);
  outgoing.own_the_rest();
  body.assign(10, 'x');
  EXPECT_EQ(drain(outgoing, 4), "3456789");
}

TEST(Outgoing, IsDoneWhenTheRestIsDropped) {
  Outgoing outgoing = of("HEAD", {"body"});
  outgoing.advance(1);
  outgoing.drop_the_rest();
  EXPECT_TRUE(outgoing.done());
  outgoing.rewind();
  EXPECT_EQ(drain(outgoing, 100), "HEADbody");
}

}  // namespace
}  // namespace patchbay::upstream
