#include "core/streams/redis_reader.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "core/streams/frames.hpp"
#include "core/streams/redis_names.hpp"

namespace patchbay::streams {
namespace {

using std::chrono::milliseconds;

constexpr const char* kEntriesAtOnce = "8";  // of up to 64 KiB, but for frames larger than that
constexpr milliseconds kBlock{2'000};
constexpr milliseconds kBlockTimeout{5'000};
constexpr milliseconds kTick{1'000};
constexpr const char* kWakeKeptMs = "60000";

// Redis may be away for so long before its readers are told that they lost their stream.
constexpr milliseconds kDownPatience{30'000};

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string entry_id(std::uint64_t number) {
  return "0-" + std::to_string(number);
}

// The entry 0-N, taken apart.
struct Entry {
  std::uint64_t last = 0;
  std::uint64_t first = 0;
  bool end = false;
  std::string_view frames;

  explicit Entry(const storage::redis::Reply& reply) {
    if (reply.items.size() != 2) return;
    const std::string_view id = reply.items[0].text;
    last = number_of(id.substr(std::min(id.find('-'), id.size() - 1) + 1));
    const auto& fields = reply.items[1].items;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      if (fields[i].text == "e") end = true;
      if (fields[i].text == "f") frames = fields[i + 1].text;
      if (fields[i].text == "n") first = number_of(fields[i + 1].text);
    }
    if (end) first = last;
  }
};

// [[key, entries], ...]; nil where there are none.
const std::vector<storage::redis::Reply>* entries_of(const storage::redis::Reply& stream) {
  return stream.items.size() == 2 ? &stream.items[1].items : nullptr;
}

}  // namespace

class RedisReader::Reading {
 public:
  enum class State {
    kAsking,   // an answer about it is under way
    kWaiting,  // for something new, with the others
    kPaused,   // its listener has no room
  };

  std::string id;
  std::string key;
  std::uint64_t next = 1;        // the number of the frame it wants
  Listener* listener = nullptr;  // null once it is over
  bool wanted = true;
  bool lines = false;
  bool told_caught_up = false;
  bool ended = false;    // its writer has finished: nothing comes behind what is there
  bool doubted = false;  // its writer is gone: what is there now is all there will be
  std::string writer;    // empty until it was looked up
  State state = State::kAsking;
};

class RedisReader::RedisSubscription final : public Subscription {
 public:
  RedisSubscription(RedisReader& reader, ReadingPtr reading)
      : reader_(reader), reading_(std::move(reading)) {}
  ~RedisSubscription() override { reader_.close(reading_); }
  RedisSubscription(const RedisSubscription&) = delete;
  RedisSubscription& operator=(const RedisSubscription&) = delete;

  void set_wanted(bool wanted) override { reader_.set_wanted(reading_, wanted); }

 private:
  RedisReader& reader_;
  const ReadingPtr reading_;
};

RedisReader::RedisReader(reactor::Worker& worker,
                         storage::redis::Client& client,
                         const storage::redis::Address& address,
                         std::string name)
    : worker_(worker),
      client_(client),
      name_(std::move(name)),
      blocking_(worker, address, {.command_timeout = kBlockTimeout, .name = "stream reader"}),
      tick_(
          worker, [this] { tick(); }, "readers of streams elsewhere") {}

RedisReader::~RedisReader() = default;

void RedisReader::find(const std::string& owner,
                       const std::string& id,
                       std::weak_ptr<void> alive,
                       std::function<void(std::optional<Description>)> then) {
  client_.command({"HMGET", stream_key(id), "owner", "conversation", "protocol", "type", "lines"},
                  std::move(alive),
                  [owner, id, then = std::move(then)](const Result<Reply>& reply) {
                    if (!reply || reply->items.size() != 5 || reply->items[0].is_nil() ||
                        reply->items[0].text != owner) {
                      return then(std::nullopt);
                    }
                    const auto& fields = reply->items;
                    then(Description{.id = id,
                                     .owner = owner,
                                     .conversation_id = fields[1].text,
                                     .protocol = fields[2].text,
                                     .content_type = fields[3].text,
                                     .lines = fields[4].text == "1"});
                  });
}

std::unique_ptr<Subscription> RedisReader::read(const std::string& id,
                                                std::uint64_t after,
                                                Listener& listener) {
  auto reading = std::make_shared<Reading>();
  reading->id = id;
  reading->key = frames_key(id);
  reading->next = after + 1;
  reading->listener = &listener;
  readings_.push_back(reading);
  if (!tick_.armed()) tick_.arm(kTick);
  look_up(reading);
  return std::make_unique<RedisSubscription>(*this, reading);
}

void RedisReader::look_up(const ReadingPtr& reading) {
  client_.command({"HMGET", stream_key(reading->id), "writer", "lines", "ended"},
                  alive_,
                  [this, reading](const Result<Reply>& reply) {
                    if (reading->listener == nullptr) return;
                    if (!reply || reply->items.size() != 3 || reply->items[0].is_nil()) {
                      Listener* listener = reading->listener;
                      close(reading);
                      return listener->on_lost();
                    }
                    reading->writer = reply->items[0].text;
                    reading->lines = reply->items[1].text == "1";
                    reading->ended = !reply->items[2].is_nil();
                    tell_writer(*reading, kRead);
                    ask(reading);
                  });
}

void RedisReader::ask(const ReadingPtr& reading) {
  reading->state = Reading::State::kAsking;
  client_.command(
      {"XREAD", "COUNT", kEntriesAtOnce, "STREAMS", reading->key, entry_id(reading->next - 1)},
      alive_,
      [this, reading](const Result<Reply>& reply) { answered(reading, reply); });
}

void RedisReader::answered(const ReadingPtr& reading, const Result<Reply>& reply) {
  if (reading->listener == nullptr) return;
  if (!reply) return wait(reading);  // looked at again once Redis is back
  const auto* entries = reply->items.empty() ? nullptr : entries_of(reply->items[0]);
  if (entries == nullptr || entries->empty()) return caught_up(reading);
  reading->doubted = false;
  if (reading->wanted) tell(reading, *entries);
  if (reading->listener == nullptr) return;
  if (reading->wanted) return ask(reading);
  reading->state = Reading::State::kPaused;
}

void RedisReader::tell(const ReadingPtr& reading, const std::vector<Reply>& entries) {
  for (const Reply& reply : entries) {
    const Entry entry(reply);
    if (entry.last < reading->next) continue;
    Listener* const listener = reading->listener;
    const bool missing = entry.first > reading->next;
    if (missing || entry.end) {
      close(reading);
      return missing ? listener->on_lost() : listener->on_end();
    }
    std::string_view frames = entry.frames;
    for (std::uint64_t skipped = entry.first; skipped < reading->next; ++skipped)
      frames.remove_prefix(frame_size(frames, reading->lines));
    const std::uint64_t first = std::exchange(reading->next, entry.last + 1);
    listener->on_frames(first, frames);
    if (reading->listener == nullptr || !reading->wanted) return;
  }
}

// Nothing more is there. Either more will come, or its writer died and the last is looked for.
void RedisReader::caught_up(const ReadingPtr& reading) {
  if (reading->ended || reading->doubted) {
    Listener* listener = reading->listener;
    close(reading);
    return reading->ended ? listener->on_end() : listener->on_lost();
  }
  doubt(reading, [this, reading](bool all) {
    if (all) return ask(reading);
    wait(reading);
    if (!std::exchange(reading->told_caught_up, true)) reading->listener->on_caught_up();
  });
}

// Is there still somebody to write, and something to write to? If not, or if the stream has ended,
// what is there now is all that there will be. (Whoever asked for frames that never came does not
// see the entry that ends it.)
void RedisReader::doubt(const ReadingPtr& reading, std::function<void(bool all)> then) {
  client_.command(
      {"HGET", stream_key(reading->id), "ended"}, alive_, [reading](const Result<Reply>& reply) {
        if (reply && !reply->is_nil()) reading->ended = true;
      });
  client_.command({"EXISTS", writer_key(reading->writer), stream_key(reading->id)},
                  alive_,
                  [this, reading, then = std::move(then)](const Result<Reply>& reply) {
                    if (reading->listener == nullptr) return;
                    const bool dead = reply && reply->integer < 2 && worker_.now() >= trust_until_;
                    if (dead) reading->doubted = true;
                    then(dead || reading->ended);
                  });
}

void RedisReader::wait(const ReadingPtr& reading) {
  reading->state = reading->wanted ? Reading::State::kWaiting : Reading::State::kPaused;
  if (!reading->wanted) return;
  if (blocked_) {
    interrupt();
  } else {
    block();
  }
}

void RedisReader::set_wanted(const ReadingPtr& reading, bool wanted) {
  using State = Reading::State;
  reading->wanted = wanted;
  if (reading->listener == nullptr) return;
  if (wanted && reading->state == State::kPaused) return ask(reading);
  if (!wanted && reading->state == State::kWaiting) reading->state = State::kPaused;
}

void RedisReader::close(const ReadingPtr& reading) {
  if (std::exchange(reading->listener, nullptr) == nullptr) return;
  std::erase(readings_, reading);
  const bool others = std::any_of(readings_.begin(), readings_.end(), [&](const ReadingPtr& other) {
    return other->id == reading->id;
  });
  if (reading->writer.empty() || reading->ended || others) return;
  tell_writer(*reading, kLeft);
}

void RedisReader::block() {
  std::map<std::string, std::uint64_t>
      wanted;  // of each stream, from the frame that is asked first
  for (const ReadingPtr& reading : readings_) {
    if (reading->state != Reading::State::kWaiting) continue;
    const auto [place, added] = wanted.try_emplace(reading->key, reading->next);
    if (!added) place->second = std::min(place->second, reading->next);
  }
  if (wanted.empty() || blocked_) return;
  std::vector<std::string> words = {
      "XREAD", "COUNT", kEntriesAtOnce, "BLOCK", std::to_string(kBlock.count()), "STREAMS"};
  words.push_back(wake_key(name_));
  for (const auto& [key, next] : wanted)
    words.push_back(key);
  words.push_back(entry_id(interruptions_));
  for (const auto& [key, next] : wanted)
    words.push_back(entry_id(next - 1));
  blocked_ = true;
  blocking_.command(
      std::move(words), alive_, [this](const Result<Reply>& reply) { unblocked(reply); });
}

void RedisReader::unblocked(const Result<Reply>& reply) {
  blocked_ = false;
  if (!reply) return;  // the next tick tries again
  const std::vector<ReadingPtr> all = readings_;
  for (const Reply& stream : reply->items) {
    const auto* entries = entries_of(stream);
    if (entries == nullptr) continue;
    for (const ReadingPtr& reading : all) {
      const bool waits = reading->listener != nullptr && reading->state == Reading::State::kWaiting;
      if (!waits || reading->key != stream.items[0].text) continue;
      tell(reading, *entries);
      if (!reading->wanted) reading->state = Reading::State::kPaused;
    }
  }
  // Nothing has come for a while.
  for (const ReadingPtr& reading : reply->is_nil() ? all : std::vector<ReadingPtr>()) {
    doubt(reading, [this, reading](bool no_more) {
      if (no_more && reading->state == Reading::State::kWaiting) ask(reading);
    });
  }
  block();
}

void RedisReader::interrupt() {
  ++interruptions_;
  client_.command(
      {"XADD", wake_key(name_), "MAXLEN", "1", entry_id(interruptions_), "w", "1"}, {}, nullptr);
  client_.command({"PEXPIRE", wake_key(name_), kWakeKeptMs}, {}, nullptr);
}

void RedisReader::tell_writer(const Reading& reading, const char* what) {
  client_.command(
      {"PUBLISH", writer_key(reading.writer), what + reading.id + ' ' + name_}, {}, nullptr);
}

void RedisReader::connected() {
  // Whoever wrote before it went away needs a moment to come back too.
  if (std::exchange(connected_before_, true)) trust_until_ = worker_.now() + kWriterExpires;
}

void RedisReader::tick() {
  const Time now = worker_.now();
  if (client_.connected()) {
    down_since_ = Time::max();
  } else {
    down_since_ = std::min(down_since_, now);
  }
  const bool tell_writers = now >= announce_due_;
  if (tell_writers) announce_due_ = now + kReadTold;
  const bool hopeless = down_since_ != Time::max() && now - down_since_ >= kDownPatience;
  for (const ReadingPtr& reading : readings()) {
    if (reading->listener == nullptr) continue;
    if (hopeless) {
      Listener* listener = reading->listener;
      close(reading);
      listener->on_lost();
    } else if (tell_writers && !reading->writer.empty()) {
      tell_writer(*reading, kRead);
    }
  }
  block();
  if (!readings_.empty()) tick_.arm(kTick);
}

}  // namespace patchbay::streams
