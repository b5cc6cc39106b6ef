#include "core/access/redis_limiter.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/telemetry/log.hpp"

namespace patchbay::access {
namespace {

using storage::redis::Reply;

constexpr std::chrono::seconds kProbeEvery{1};
constexpr const char* kProbeKey = "probe";
constexpr const char* kPrefix = "patchbay:rate:";

// KEYS[1]: the set of one key's requests, each scored by when it was, in microseconds.
// ARGV: how many a window holds, and the window in milliseconds. Answers whether the request is
// allowed, how many are left, and the microseconds until one more is allowed than now. Numbers are
// written out because Lua would round them.
constexpr const char* kScript = R"(
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2]) * 1000
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - window))
local used = redis.call('ZCARD', KEYS[1])
local allowed = 0
local next = 0
if used < limit then
  local time = string.format('%.0f', now)
  redis.call('ZADD', KEYS[1], time, time .. '-' .. used)
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  used = used + 1
  allowed = 1
else
  next = used - limit
end
local entry = redis.call('ZRANGE', KEYS[1], next, next, 'WITHSCORES')
return {allowed, limit - used, tonumber(entry[2]) + window - now}
)";

std::vector<std::string> command(const char* name,
                                 const std::string& script,
                                 const std::string& key,
                                 const RateRule& rule) {
  return {name,
          script,
          "1",
          kPrefix + key,
          std::to_string(rule.requests),
          std::to_string(rule.window.count())};
}

Result<Verdict> verdict_of(const Result<Reply>& reply, const RateRule& rule) {
  if (!reply) return reply.error();
  const auto& items = reply->items;
  if (items.size() != 3) {
    return make_error(ErrorCode::kProtocol, "Redis answered with something else than a verdict");
  }
  const std::chrono::microseconds reset(std::max<std::int64_t>(items[2].integer, 0));
  return Verdict{.allowed = items[0].integer == 1,
                 .limit = rule.requests,
                 .remaining = std::max<std::int64_t>(items[1].integer, 0),
                 .reset = std::chrono::ceil<std::chrono::milliseconds>(reset)};
}

bool lacks_the_script(const Result<Reply>& reply) {
  return !reply && reply.error().detail.starts_with("NOSCRIPT");
}

}  // namespace

void Outage::begin(const Error& why) {
  const std::lock_guard lock(mutex_);
  if (workers_++ > 0) return;
  log::warn("rate_limits_off")
      .text("error", why.message)
      .text("detail", why.detail)
      .text("message", "Redis does not answer, so requests are not counted");
}

void Outage::end() {
  const std::lock_guard lock(mutex_);
  if (--workers_ > 0) return;
  log::info("rate_limits_on").text("message", "Redis answers again, and requests are counted");
}

RedisLimiter::RedisLimiter(reactor::Worker& worker,
                           storage::redis::Client& client,
                           std::shared_ptr<Outage> outage)
    : client_(client),
      outage_(std::move(outage)),
      probe_(
          worker, [this] { probe(); }, "is Redis back") {}

RedisLimiter::~RedisLimiter() = default;

void RedisLimiter::take(const std::string& key,
                        const RateRule& rule,
                        std::weak_ptr<void> alive,
                        Then then) {
  // The limiter learns what became of it even where whoever asked has gone.
  run(key,
      rule,
      alive_,
      [this, asker = std::move(alive), then = std::move(then)](Result<Verdict> verdict) {
        told(verdict);
        if (!asker.expired()) then(std::move(verdict));
      });
}

void RedisLimiter::run(const std::string& key,
                       const RateRule& rule,
                       std::weak_ptr<void> alive,
                       Then then) {
  if (digest_.empty()) {
    load_script();
    return evaluate(key, rule, std::move(alive), std::move(then));
  }
  client_.command(command("EVALSHA", digest_, key, rule),
                  alive,
                  [this, key, rule, alive, then = std::move(then)](Result<Reply> reply) {
                    if (!lacks_the_script(reply)) return then(verdict_of(reply, rule));
                    digest_.clear();  // Redis was started anew, or told to forget its scripts
                    run(key, rule, alive, then);
                  });
}

void RedisLimiter::evaluate(const std::string& key,
                            const RateRule& rule,
                            std::weak_ptr<void> alive,
                            Then then) {
  client_.command(
      command("EVAL", kScript, key, rule),
      std::move(alive),
      [rule, then = std::move(then)](Result<Reply> reply) { then(verdict_of(reply, rule)); });
}

void RedisLimiter::load_script() {
  if (std::exchange(loading_, true)) return;
  client_.command({"SCRIPT", "LOAD", kScript}, alive_, [this](Result<Reply> reply) {
    loading_ = false;
    if (reply) digest_ = reply->text;
  });
}

void RedisLimiter::told(const Result<Verdict>& verdict) {
  if (verdict.has_value() == !away_) return;
  away_ = !verdict.has_value();
  if (!away_) {
    probe_.cancel();
    return outage_->end();
  }
  outage_->begin(verdict.error());
  probe_.arm(kProbeEvery);
}

void RedisLimiter::probe() {
  if (!client_.connected()) return probe_.arm(kProbeEvery);
  run(kProbeKey,
      {.requests = 1, .window = std::chrono::milliseconds(1'000)},
      alive_,
      [this](Result<Verdict> verdict) {
        told(verdict);
        if (away_) probe_.arm(kProbeEvery);
      });
}

}  // namespace patchbay::access
