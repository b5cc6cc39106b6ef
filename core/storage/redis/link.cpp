#include "core/storage/redis/link.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <sys/socket.h>

namespace patchbay::storage::redis {
namespace {

// What Redis says when it could carry the command out at another time, or for somebody else.
constexpr std::array<std::string_view, 10> kNotNow = {"LOADING",
                                                      "BUSY",
                                                      "READONLY",
                                                      "MASTERDOWN",
                                                      "CLUSTERDOWN",
                                                      "OOM",
                                                      "MISCONF",
                                                      "NOAUTH",
                                                      "WRONGPASS",
                                                      "NOREPLICAS"};

Reply value_of(const redisReply& from) {
  Reply reply;
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::kInteger;
      reply.integer = from.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::kText;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::kList;
      reply.items.reserve(from.elements);
      for (std::size_t i = 0; i < from.elements; ++i)
        reply.items.push_back(value_of(*from.element[i]));
      break;
    default:
      break;
  }
  return reply;
}

Result<Reply> result_of(const redisReply& from) {
  if (from.type != REDIS_REPLY_ERROR) return value_of(from);
  std::string words(from.str, from.len);
  for (const std::string_view word : kNotNow) {
    if (!words.starts_with(word)) continue;
    return make_error(ErrorCode::kUnavailable, "Redis does not answer for now", std::move(words));
  }
  return make_error(ErrorCode::kInvalid, "Redis refused a command", std::move(words));
}

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

}  // namespace

void Link::Free::operator()(redisContext* context) const {
  redisFree(context);
}

Link::Link(reactor::Worker& worker, Events& events)
    : events_(events),
      watch_(
          worker, [this](reactor::Ready ready) { become_ready(ready); }, "redis") {}

Link::~Link() = default;

Error Link::failure() const {
  return make_error(
      ErrorCode::kUnavailable, "the connection to Redis was lost", std::string(context_->errstr));
}

Status Link::open(const std::string& address, std::uint16_t port) {
  context_.reset(redisConnectNonBlock(address.c_str(), port));
  if (context_ == nullptr) {
    return make_error(ErrorCode::kUnavailable, "cannot connect to Redis", "out of memory");
  }
  if (context_->err != 0) return failure();
  ::fcntl(context_->fd, F_SETFD, FD_CLOEXEC);
  return watch_.start(context_->fd, reactor::Interest::kWrite);
}

void Link::send(const std::vector<std::string>& arguments) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(arguments.size());
  sizes.reserve(arguments.size());
  for (const std::string& argument : arguments) {
    texts.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  redisAppendCommandArgv(
      context_.get(), static_cast<int>(texts.size()), texts.data(), sizes.data());
  if (watch_.started()) watch_.set(reactor::Interest::kReadWrite);
}

void Link::become_ready(reactor::Ready ready) {
  Status status = ok();
  if (connecting_) status = finish_connecting();
  if (status && (ready.readable || ready.hangup)) status = read();
  if (status && ready.writable) status = write();
  if (status) return;
  watch_.stop();
  events_.on_lost(status.error());
}

Status Link::finish_connecting() {
  int error = 0;
  socklen_t size = sizeof(error);
  if (::getsockopt(context_->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) {
    return make_error(
        ErrorCode::kUnavailable, "cannot connect to Redis", std::generic_category().message(error));
  }
  connecting_ = false;
  context_->flags |= REDIS_CONNECTED;
  redisEnableKeepAlive(context_.get());
  watch_.set(reactor::Interest::kRead);
  events_.on_open();
  return ok();
}

Status Link::read() {
  const bool came = redisBufferRead(context_.get()) == REDIS_OK;
  const Error why = came ? Error{} : failure();
  // What came before the end counts.
  for (void* next = nullptr;; next = nullptr) {
    if (redisReaderGetReply(context_->reader, &next) != REDIS_OK) {
      return make_error(
          ErrorCode::kUnavailable, "Redis was not understood", context_->reader->errstr);
    }
    if (next == nullptr) break;
    const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(next));
    events_.on_reply(result_of(*reply));
  }
  if (!came) return why;
  return ok();
}

Status Link::write() {
  int all = 0;
  if (redisBufferWrite(context_.get(), &all) != REDIS_OK) return failure();
  if (all != 0) watch_.set(reactor::Interest::kRead);
  return ok();
}

}  // namespace patchbay::storage::redis
