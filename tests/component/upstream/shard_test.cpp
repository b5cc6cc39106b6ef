// What libcurl does with descriptors behind our back, and what that must not do to us.

#include "core/upstream/shard.hpp"

#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include "tests/component/upstream/black_hole.hpp"
#include "tests/component/upstream/harness.hpp"

namespace patchbay::upstream {
namespace {

class ShardTest : public UpstreamTest, private Shard::Listener {
 protected:
  ShardTest() {
    on_worker([this] { shard_ = Shard::create(reactor_->worker(0), *this); });
  }
  ~ShardTest() override {
    on_worker([this] {
      if (easy_ != nullptr) shard_->remove(easy_);
      shard_.reset();
    });
    curl_easy_cleanup(easy_);
  }

  // Begins to connect, and returns the descriptor once libcurl has it watched.
  int begin(const BlackHole& hole) {
    easy_ = curl_easy_init();
    curl_easy_setopt(easy_, CURLOPT_URL, hole.url().c_str());
    curl_easy_setopt(easy_, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &ShardTest::open_socket);
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
    on_worker([this] { shard_->add(easy_); });
    while (on_worker([this] { return fd_; }) < 0) {
    }
    return on_worker([this] { return fd_; });
  }

  std::unique_ptr<Shard> shard_;  // the worker's
  CURL* easy_ = nullptr;
  int fd_ = -1;

 private:
  static curl_socket_t open_socket(void* test, curlsocktype, curl_sockaddr* address) {
    auto& self = *static_cast<ShardTest*>(test);
    self.fd_ = self.shard_->new_socket(address->family, address->socktype, address->protocol);
    return self.fd_;
  }

  void on_dial_over(CURL*, CURLcode) override {}
};

TEST_F(ShardTest, GivesNoSocketANumberThatLibcurlStillKnows) {
  const BlackHole hole("127.0.0.1", 0);
  const int known = begin(hole);
  on_worker([&] {
    // As libcurl does when it gives an address up: the number is free, and lower than all others.
    const int kept = ::dup(known);
    ::close(known);
    const int fresh = shard_->new_socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_GE(fresh, 0);
    EXPECT_NE(fresh, known);
    EXPECT_NE(::fcntl(fresh, F_GETFD) & FD_CLOEXEC, 0);
    ::close(fresh);
    EXPECT_EQ(::dup2(kept, known), known);
    ::close(kept);
  });
}

}  // namespace
}  // namespace patchbay::upstream
