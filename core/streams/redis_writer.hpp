// Takes the logs of one worker to Redis, behind what is kept of them in memory.
//
// Nothing here makes an answer wait. What is to be sent is read from the log in memory, one entry
// of Redis at a time for each log, with all that has come meanwhile; so a slow Redis means larger
// entries, and one that is away means that it gets what is still kept once it is back.
//
// Threads: everything on the worker.

#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/redis/client.hpp"
#include "core/storage/redis/subscriber.hpp"
#include "core/streams/hub.hpp"
#include "core/streams/kept_log.hpp"

namespace patchbay::streams {

class RedisWriter {
 public:
  // A log on its way. It goes on after its log was closed, until all of it is there.
  class Upload;

  // What the other replicas say, by the ids of streams. On the worker.
  struct Heard {
    std::function<void(const std::string& id)> stop;
    std::function<void(const std::string& id, std::function<void(bool ends)>)> give_way;
    std::function<void(const std::string& id, bool ends)> answer;  // to RedisOrders::give_way
  };

  // `name` is this writer's among those of all replicas. All outlive the writer.
  RedisWriter(reactor::Worker& worker,
              storage::redis::Client& client,
              const storage::redis::Address& address,
              std::string name,
              Bounds bounds,
              Heard heard);
  ~RedisWriter();
  RedisWriter(const RedisWriter&) = delete;
  RedisWriter& operator=(const RedisWriter&) = delete;

  std::shared_ptr<Upload> add(std::shared_ptr<KeptLog> log);

  // Its log has more. Costs little however often it is called in a turn.
  void changed(Upload& upload);

  // Its log is finished.
  void finished(Upload& upload);

  // Whether somebody reads it elsewhere, as far as is known.
  [[nodiscard]] bool read_elsewhere(const Upload& upload) const;

  // There is a connection again.
  void connected();

 private:
  using Reply = storage::redis::Reply;

  void send_changed();
  [[nodiscard]] std::vector<std::string> description(const Upload& upload) const;
  void find_place(Upload& upload);
  void go_on(Upload& upload);
  void send_frames(Upload& upload, const KeptLog::Piece& piece);
  void send_end(Upload& upload, std::uint64_t number);
  void touch(Upload& upload, std::chrono::milliseconds ttl);
  void sent(Upload& upload, const Result<Reply>& reply, std::uint64_t last);
  void broke(Upload& upload, const Error& error);
  void beat();
  void heartbeat();
  void take_order(std::string_view order);
  void give_way(const std::string& id, const std::string& asker);

  // Whose answer tells nothing.
  void command(std::vector<std::string> arguments) {
    client_.command(std::move(arguments), {}, nullptr);
  }

  reactor::Worker& worker_;
  storage::redis::Client& client_;
  const std::string name_;
  const Bounds bounds_;
  const Heard heard_;
  std::list<std::shared_ptr<Upload>> uploads_;
  std::vector<std::weak_ptr<Upload>> changed_;
  bool warned_ = false;
  reactor::Deferred send_;
  reactor::Timer beat_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // expires with the writer
  storage::redis::Subscriber orders_;
};

class RedisWriter::Upload : public std::enable_shared_from_this<Upload> {
 public:
  explicit Upload(std::shared_ptr<KeptLog> kept);

 private:
  friend class RedisWriter;

  enum class State {
    kIdle,
    kSending,  // one command about it is under way
    kBroken,   // Redis did not take it; tried again with the heartbeat
  };

  const std::shared_ptr<KeptLog> log_;
  const std::string id_;
  State state_ = State::kIdle;
  bool changed_ = false;                 // is in RedisWriter::changed_
  std::uint64_t sent_ = 0;               // the number of the last frame that Redis has
  bool touched_ = false;                 // the stream has its expiry
  Time touch_due_{};                     // when it is put off again
  std::map<std::string, Time> readers_;  // elsewhere, by name, and how long they are believed
  Time give_up_at_ = Time::max();        // once it is finished
};

}  // namespace patchbay::streams
