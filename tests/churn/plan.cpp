#include "tests/churn/plan.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace patchbay::churn {
namespace {

std::string request(const std::string& token, const std::string& body) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: " + token +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace

std::string token_of(std::uint64_t number) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "tok-%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

std::string word_of(const std::string& token, std::size_t index) {
  return token + "." + std::to_string(index) + ".";
}

Planner::Planner(std::uint64_t seed, std::vector<std::string> models)
    : dice_(seed), models_(std::move(models)), salt_(Dice(seed ^ 0x5eedULL).bits() << 32U) {}

Ask Planner::make_ask() {
  Ask ask;
  ask.token = token_of(salt_ + ++asked_);
  ask.words = dice_.percent(2) ? kManyWords : dice_.between(1, 40);
  ask.stream = dice_.percent(50);
  const std::string& model = models_[dice_.between(0, models_.size() - 1)];
  ask.upstream_may_fail = model != "stub";

  std::string body = "{\"model\":\"" + model + "\",";
  if (ask.stream) body += "\"stream\":true,";
  if (model == "stub") {
    const bool slow = dice_.percent(40) && ask.words < kManyWords;
    const std::size_t first = slow ? dice_.between(0, 5) : 0;
    const std::size_t each = slow ? dice_.between(0, 2) : 0;
    body += R"("stub":{"mode":"echo","first_delay_ms":)" + std::to_string(first) +
            ",\"token_delay_ms\":" + std::to_string(each) + "},";
  }
  body += R"("messages":[{"role":"user","content":")";
  for (std::size_t i = 0; i < ask.words; ++i) {
    if (i > 0) body += ' ';
    body += word_of(ask.token, i);
  }
  body += "\"}]}";
  ask.bytes = request(ask.token, body);
  return ask;
}

Ask Planner::make_malformed() {
  constexpr std::array<const char*, 4> kHeads{
      "Content-Length: 5\r\nContent-Length: 6\r\n",
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Host: 127.0.0.1\r\n",
      "Name : value\r\n",
  };
  Ask ask;
  ask.token = token_of(salt_ + ++asked_);
  ask.malformed = true;
  ask.bytes =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Request-Id: " + ask.token +
      "\r\n" + kHeads[dice_.between(0, kHeads.size() - 1)] + "\r\n";
  return ask;
}

Plan Planner::make() {
  Plan plan;
  plan.reset = dice_.percent(50);
  plan.in_pieces = dice_.percent(15);
  if (dice_.percent(10)) plan.sip = dice_.between(500, 20'000);
  if (dice_.percent(3)) {
    plan.asks.push_back(make_malformed());
    return plan;
  }
  const std::size_t count = dice_.percent(40) ? dice_.between(2, 6) : 1;
  for (std::size_t i = 0; i < count; ++i)
    plan.asks.push_back(make_ask());
  plan.pipelined = dice_.percent(40);
  plan.half_close = dice_.percent(15);
  if (dice_.percent(40)) return plan;

  const std::size_t first = plan.asks.front().bytes.size();
  switch (dice_.between(0, 3)) {
    case 0:
      plan.asks.clear();  // connects and says nothing
      plan.drop_time = std::chrono::microseconds(dice_.between(0, 3000));
      break;
    case 1:
      plan.drop_after_sent = dice_.between(1, first + (count > 1 ? first / 2 : 0));
      break;
    case 2:
      plan.drop_after_read = dice_.between(1, 3000);
      break;
    default:
      plan.drop_time = std::chrono::microseconds(dice_.between(0, 30'000));
      break;
  }
  return plan;
}

}  // namespace patchbay::churn
