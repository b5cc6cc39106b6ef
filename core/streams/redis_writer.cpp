#include "core/streams/redis_writer.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/streams/redis_names.hpp"
#include "core/telemetry/log.hpp"

namespace patchbay::streams {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEntryBytes = 64 * 1024;

// How long a stream stays in Redis when nobody puts that off: its writer died.
constexpr milliseconds kAbandoned{60'000};
constexpr milliseconds kTouchEvery{20'000};

std::string entry_id(std::uint64_t last) {
  return "0-" + std::to_string(last);
}

std::string in_ms(milliseconds duration) {
  return std::to_string(duration.count());
}

// Of "0-17".
std::uint64_t number_of(std::string_view id) {
  std::uint64_t value = 0;
  const std::size_t dash = id.find('-');
  if (dash == std::string_view::npos) return 0;
  std::from_chars(id.data() + dash + 1, id.data() + id.size(), value);
  return value;
}

// The words of an order behind its first one: an id, and perhaps a name.
std::pair<std::string, std::string> words_behind(std::string_view order) {
  order.remove_prefix(std::min(order.find(' '), order.size() - 1) + 1);
  const std::size_t blank = std::min(order.find(' '), order.size());
  const std::size_t second = std::min(blank + 1, order.size());
  return {std::string(order.substr(0, blank)), std::string(order.substr(second))};
}

}  // namespace

RedisWriter::Upload::Upload(std::shared_ptr<KeptLog> kept)
    : log_(std::move(kept)), id_(log_->description().id) {}

RedisWriter::RedisWriter(reactor::Worker& worker,
                         storage::redis::Client& client,
                         const storage::redis::Address& address,
                         std::string name,
                         Bounds bounds,
                         Heard heard)
    : worker_(worker),
      client_(client),
      name_(std::move(name)),
      bounds_(bounds),
      heard_(std::move(heard)),
      send_(
          worker, [this] { send_changed(); }, "frames for redis"),
      beat_(
          worker, [this] { heartbeat(); }, "the heartbeat of a writer"),
      orders_(worker, address, writer_key(name_), [this](const std::string& order) {
        take_order(order);
      }) {}

RedisWriter::~RedisWriter() = default;

std::shared_ptr<RedisWriter::Upload> RedisWriter::add(std::shared_ptr<KeptLog> log) {
  auto upload = std::make_shared<Upload>(std::move(log));
  uploads_.push_back(upload);
  if (!beat_.armed()) {
    beat();
    beat_.arm(kHeartbeat);
  }
  upload->state_ = Upload::State::kSending;
  // What may lie there under that id is not of this log.
  command({"DEL", stream_key(upload->id_), frames_key(upload->id_)});
  client_.command(description(*upload), alive_, [this, upload](const Result<Reply>& reply) {
    sent(*upload, reply, 0);
  });
  touch(*upload, bounds_.keep_finished + kAbandoned);
  return upload;
}

std::vector<std::string> RedisWriter::description(const Upload& upload) const {
  const Description& what = upload.log_->description();
  return {"HSET",
          stream_key(upload.id_),
          "owner",
          what.owner,
          "conversation",
          what.conversation_id,
          "protocol",
          what.protocol,
          "type",
          what.content_type,
          "lines",
          what.lines ? "1" : "0",
          "writer",
          name_};
}

void RedisWriter::touch(Upload& upload, milliseconds ttl) {
  upload.touch_due_ = worker_.now() + kTouchEvery;
  command({"PEXPIRE", stream_key(upload.id_), in_ms(ttl)});
  command({"PEXPIRE", frames_key(upload.id_), in_ms(ttl)});
}

void RedisWriter::changed(Upload& upload) {
  if (upload.state_ != Upload::State::kIdle || std::exchange(upload.changed_, true)) return;
  changed_.push_back(upload.weak_from_this());
  send_.schedule();
}

void RedisWriter::finished(Upload& upload) {
  upload.give_up_at_ = worker_.now() + bounds_.keep_finished;
  changed(upload);
}

void RedisWriter::send_changed() {
  std::vector<std::weak_ptr<Upload>> changed;
  changed.swap(changed_);
  for (const auto& each : changed) {
    const auto upload = each.lock();
    if (upload == nullptr) continue;
    upload->changed_ = false;
    go_on(*upload);
  }
}

void RedisWriter::go_on(Upload& upload) {
  if (upload.state_ != Upload::State::kIdle) return;
  KeptLog::Piece piece;
  std::uint64_t from = upload.sent_ + 1;
  auto next = upload.log_->take(from, kEntryBytes, piece, nullptr);
  if (next == KeptLog::Next::kGone) {
    // Forgotten before Redis had it: by the numbers, who reads there sees that frames are missing.
    from = piece.first_kept;
    next = upload.log_->take(from, kEntryBytes, piece, nullptr);
  }
  if (next == KeptLog::Next::kNothing) return;
  if (next == KeptLog::Next::kFrames) return send_frames(upload, piece);
  send_end(upload, from);
}

void RedisWriter::send_frames(Upload& upload, const KeptLog::Piece& piece) {
  std::vector<std::string> words = {"XADD", frames_key(upload.id_)};
  // Redis keeps what memory does.
  if (piece.first_kept > 1) words.insert(words.end(), {"MINID", entry_id(piece.first_kept)});
  words.insert(words.end(),
               {entry_id(piece.last), "f", piece.frames, "n", std::to_string(piece.first)});
  upload.state_ = Upload::State::kSending;
  client_.command(std::move(words),
                  alive_,
                  [this, upload = upload.shared_from_this(), last = piece.last](
                      const Result<Reply>& reply) { sent(*upload, reply, last); });
  if (!std::exchange(upload.touched_, true)) touch(upload, bounds_.keep_finished + kAbandoned);
}

void RedisWriter::sent(Upload& upload, const Result<Reply>& reply, std::uint64_t last) {
  if (!reply) return broke(upload, reply.error());
  warned_ = false;
  upload.state_ = Upload::State::kIdle;
  upload.sent_ = last;
  go_on(upload);
}

void RedisWriter::send_end(Upload& upload, std::uint64_t number) {
  upload.state_ = Upload::State::kSending;
  command({"HSET", stream_key(upload.id_), "ended", "1"});
  client_.command({"XADD", frames_key(upload.id_), entry_id(number), "e", "1"},
                  alive_,
                  [this, upload = upload.shared_from_this()](const Result<Reply>& reply) {
                    if (!reply) return broke(*upload, reply.error());
                    uploads_.remove(upload);
                  });
  touch(upload, bounds_.keep_finished);
}

void RedisWriter::broke(Upload& upload, const Error& error) {
  upload.state_ = Upload::State::kBroken;
  if (std::exchange(warned_, true)) return;
  log::warn("streams_not_shared")
      .text("message", "Redis does not take running streams: they are kept in memory meanwhile")
      .text("error", error.message)
      .text("detail", error.detail);
}

// After a failure nobody knows what has arrived, or whether Redis still has what it had.
void RedisWriter::find_place(Upload& upload) {
  upload.state_ = Upload::State::kSending;
  command(description(upload));
  upload.touched_ = false;
  client_.command({"XREVRANGE", frames_key(upload.id_), "+", "-", "COUNT", "1"},
                  alive_,
                  [this, upload = upload.shared_from_this()](const Result<Reply>& reply) {
                    if (!reply) return broke(*upload, reply.error());
                    const bool empty = reply->items.empty() || reply->items[0].items.size() != 2;
                    if (empty) return sent(*upload, reply, 0);
                    const Reply& entry = reply->items[0];
                    const Reply& fields = entry.items[1];
                    if (!fields.items.empty() && fields.items[0].text == "e") {
                      uploads_.remove(upload);
                      return;
                    }
                    sent(*upload, reply, number_of(entry.items[0].text));
                  });
}

// A Redis that comes back may have kept nothing, of idle streams neither.
void RedisWriter::connected() {
  if (uploads_.empty()) return;
  beat();
  for (const auto& upload : uploads_) {
    if (upload->state_ != Upload::State::kSending) find_place(*upload);
  }
}

void RedisWriter::beat() {
  command({"SET", writer_key(name_), "1", "PX", in_ms(kWriterExpires)});
}

void RedisWriter::heartbeat() {
  const Time now = worker_.now();
  beat();
  uploads_.remove_if([&](const auto& upload) { return upload->give_up_at_ <= now; });
  for (const auto& upload : uploads_) {
    if (upload->state_ == Upload::State::kBroken && client_.connected()) find_place(*upload);
    if (upload->touch_due_ <= now) touch(*upload, bounds_.keep_finished + kAbandoned);
  }
  if (!uploads_.empty()) beat_.arm(kHeartbeat);
}

bool RedisWriter::read_elsewhere(const Upload& upload) const {
  return std::any_of(upload.readers_.begin(), upload.readers_.end(), [&](const auto& reader) {
    return reader.second > worker_.now();
  });
}

void RedisWriter::take_order(std::string_view order) {
  if (order.empty()) return;
  const auto [id, who] = words_behind(order);
  if (order.starts_with(kStop)) return heard_.stop(id);
  if (order.starts_with(kYield)) return give_way(id, who);
  if (order.starts_with(kEnds)) return heard_.answer(id, true);
  if (order.starts_with(kStays)) return heard_.answer(id, false);
  const bool reads = order.starts_with(kRead);
  if (!reads && !order.starts_with(kLeft)) return;
  for (const auto& upload : uploads_) {
    if (upload->id_ != id) continue;
    if (reads) {
      upload->readers_[who] = worker_.now() + kReadBelieved;
    } else {
      upload->readers_.erase(who);
    }
  }
}

void RedisWriter::give_way(const std::string& id, const std::string& asker) {
  heard_.give_way(id, [this, here = std::weak_ptr<int>(alive_), id, asker](bool ends) {
    if (here.expired()) return;
    command({"PUBLISH", writer_key(asker), (ends ? kEnds : kStays) + id});
  });
}

}  // namespace patchbay::streams
