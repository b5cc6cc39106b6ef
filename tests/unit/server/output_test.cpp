#include "core/server/output.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace patchbay::server {
namespace {

class OutputTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
  void TearDown() override {
    for (const int fd : ends_) {
      if (fd >= 0) ::close(fd);
    }
  }

  std::string read_some() {
    std::string text(1 << 20, '\0');
    const ssize_t size = ::recv(ends_[1], text.data(), text.size(), MSG_DONTWAIT);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }

  std::array<int, 2> ends_{-1, -1};
  Output output_;
};

TEST_F(OutputTest, SendsWhatWasAppendedInOrder) {
  output_.append("one ");
  output_.append_chunk("sixteen bytes ok");
  EXPECT_EQ(output_.send_to(ends_[0]), Output::Result::kDrained);
  EXPECT_EQ(read_some(), "one 10\r\nsixteen bytes ok\r\n");
  EXPECT_EQ(output_.pending(), 0U);
}

TEST_F(OutputTest, KeepsWhatAFullSocketDoesNotTake) {
  const std::string large(8 << 20, 'x');
  output_.append(large);
  ASSERT_EQ(output_.send_to(ends_[0]), Output::Result::kBlocked);
  std::size_t received = 0;
  while (received < large.size()) {
    const std::string piece = read_some();
    ASSERT_FALSE(piece.empty());
    received += piece.size();
    ASSERT_NE(output_.send_to(ends_[0]), Output::Result::kFailed);
  }
  EXPECT_EQ(output_.pending(), 0U);
  EXPECT_EQ(received, large.size());
}

TEST_F(OutputTest, KeepsTheOrderAcrossBlocksWhateverTheSizes) {
  std::string expected;
  std::string received;
  for (std::size_t size = 1; expected.size() < (3 << 20); size = size * 7 % 40'009 + 1) {
    const std::string piece(size, static_cast<char>('a' + size % 26));
    output_.append(piece);
    expected += piece;
    if (size % 5 == 0) {
      ASSERT_NE(output_.send_to(ends_[0]), Output::Result::kFailed);
    }
    if (size % 11 == 0) received += read_some();
    ASSERT_LE(output_.pending(), expected.size() - received.size());
  }
  while (output_.pending() > 0) {
    received += read_some();
    ASSERT_NE(output_.send_to(ends_[0]), Output::Result::kFailed);
  }
  for (std::string piece = read_some(); !piece.empty(); piece = read_some())
    received += piece;
  EXPECT_EQ(received, expected);
}

TEST_F(OutputTest, SaysThatTheClientIsGone) {
  ::close(ends_[1]);
  ends_[1] = -1;
  output_.append("text");
  EXPECT_EQ(output_.send_to(ends_[0]), Output::Result::kFailed);
}

}  // namespace
}  // namespace patchbay::server
