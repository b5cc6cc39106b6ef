// What one client is going to do: what it asks, how it sends that, and when it drops everything.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/churn/dice.hpp"

namespace patchbay::churn {

// Every request carries words that no other request has, "tok-NUMBER.INDEX.", and wants them back
// in their order. Its number is its X-Request-Id as well.
inline constexpr std::string_view kWordBegin = "tok-";

// More than a proxy holds back of an answer, so that it has to begin before it has seen the end.
inline constexpr std::size_t kManyWords = 12'000;

std::string token_of(std::uint64_t number);
std::string word_of(const std::string& token, std::size_t index);

struct Ask {
  std::string token;
  std::size_t words = 0;
  bool stream = false;
  bool upstream_may_fail = false;  // it goes to the upstream that breaks off
  bool malformed = false;          // to be refused, and the connection with it
  std::string bytes;               // the request
};

struct Plan {
  std::vector<Ask> asks;  // none: connect, and nothing else
  bool pipelined = false;
  bool half_close = false;  // shut the sending side once everything is sent
  bool in_pieces = false;   // send with pauses anywhere
  std::size_t sip = 0;      // read so much at a time, with pauses; 0: as it comes

  // When to drop the connection, whatever comes first; with none of them set, after the last
  // answer.
  std::optional<std::chrono::microseconds> drop_time;
  std::optional<std::size_t> drop_after_sent;
  std::optional<std::size_t> drop_after_read;
  bool reset = false;  // RST and not FIN

  [[nodiscard]] bool patient() const { return !drop_time && !drop_after_sent && !drop_after_read; }
};

class Planner {
 public:
  Planner(std::uint64_t seed, std::vector<std::string> models);

  Plan make();

 private:
  Ask make_ask();
  Ask make_malformed();

  Dice dice_;
  const std::vector<std::string> models_;
  const std::uint64_t salt_;  // so that two runs against one server share no number
  std::uint64_t asked_ = 0;
};

}  // namespace patchbay::churn
