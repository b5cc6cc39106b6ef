// Reads streams that are written elsewhere, for the listeners of one worker.
//
// A listener first gets what is there, asked for piece by piece; once it has all of it, it waits.
// Everybody who waits shares one connection, on which Redis holds the answer back until there is
// something for one of them. When somebody joins, the reader interrupts itself by writing to a
// stream that it reads as well.
//
// Threads: everything on the worker.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/storage/redis/client.hpp"
#include "core/streams/hub.hpp"

namespace patchbay::streams {

class RedisReader {
 public:
  // `name` is this reader's among those of all replicas. All outlive the reader.
  RedisReader(reactor::Worker& worker,
              storage::redis::Client& client,
              const storage::redis::Address& address,
              std::string name);
  ~RedisReader();
  RedisReader(const RedisReader&) = delete;
  RedisReader& operator=(const RedisReader&) = delete;

  // As in Hub. While Redis is away nothing is found.
  void find(const std::string& owner,
            const std::string& id,
            std::weak_ptr<void> alive,
            std::function<void(std::optional<Description>)> then);

  std::unique_ptr<Subscription> read(const std::string& id,
                                     std::uint64_t after,
                                     Listener& listener);

  // There is a connection again.
  void connected();

 private:
  class Reading;
  class RedisSubscription;
  using Reply = storage::redis::Reply;
  using ReadingPtr = std::shared_ptr<Reading>;

  void look_up(const ReadingPtr& reading);
  void ask(const ReadingPtr& reading);
  void answered(const ReadingPtr& reading, const Result<Reply>& reply);
  void tell(const ReadingPtr& reading, const std::vector<Reply>& entries);
  void tell_entry(Reading& reading, const Reply& entry);
  void caught_up(const ReadingPtr& reading);
  void doubt(const ReadingPtr& reading, std::function<void(bool all)> then);
  void wait(const ReadingPtr& reading);
  void set_wanted(const ReadingPtr& reading, bool wanted);
  void close(const ReadingPtr& reading);
  void block();
  void unblocked(const Result<Reply>& reply);
  void interrupt();
  void tell_writer(const Reading& reading, const char* what);
  void tick();
  [[nodiscard]] std::vector<ReadingPtr> readings() const { return readings_; }

  reactor::Worker& worker_;
  storage::redis::Client& client_;
  const std::string name_;
  storage::redis::Client blocking_;
  std::vector<ReadingPtr> readings_;
  bool blocked_ = false;             // a blocking read is under way
  std::uint64_t interruptions_ = 0;  // written so far
  bool connected_before_ = false;
  Time down_since_ = Time::max();
  Time trust_until_{};  // a writer that is not there may only not have come back yet
  Time announce_due_{};
  reactor::Timer tick_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // expires with the reader
};

}  // namespace patchbay::streams
