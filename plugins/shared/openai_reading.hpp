// What the readers of OpenAI-shaped answers have in common: how far they are, why they failed, the
// JSON they read, and what an error looks like inside of an answer.
//
// Every reader has the same four functions (OpenAiReader chooses among them):
//
//   ReadOutcome chunk(std::string_view data, std::string_view event, sdk::Sink& sink);
//   ReadOutcome whole(std::string_view body, sdk::Sink& sink);   // then end()
//   ReadOutcome end(sdk::Sink& sink);       // the body has ended as its framing promised
//   bool ended(); const UpstreamError& error();

#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "patchbay/sink.hpp"
#include "plugins/shared/json_text.hpp"
#include "plugins/shared/upstream_error.hpp"

namespace patchbay::plugins {

enum class ReadOutcome {
  kMore,    // so far, so good
  kDone,    // the upstream said that this was all
  kFailed,  // error() says why; nothing more is to be fed
};

// `text` without white space around it.
std::string_view trimmed(std::string_view text);

class OpenAiReading {
 public:
  // Whether it is over: complete or failed.
  [[nodiscard]] bool ended() const { return ended_; }
  // Why it failed.
  [[nodiscard]] const UpstreamError& error() const { return error_; }

 protected:
  OpenAiReading() = default;
  ~OpenAiReading() = default;

  ReadOutcome fail(UpstreamError error) {
    error_ = std::move(error);
    ended_ = true;
    return ReadOutcome::kFailed;
  }
  ReadOutcome done() {
    ended_ = true;
    return ReadOutcome::kDone;
  }

  // Reads `text`, which must be a JSON object that is no error; `event` is its name in a stream.
  // False after having failed. The object is json_.root() from then on.
  [[nodiscard]] bool parse(std::string_view text, std::string_view event = {});

  // Says every member of `object` whose name is not in `known` (and which says something) as an
  // EXTRA.
  void say_others(JsonValue object,
                  std::initializer_list<std::string_view> known,
                  sdk::At at,
                  std::int32_t scope,
                  sdk::Sink& sink);
  void say_usage(JsonValue usage, sdk::Sink& sink);

  JsonText json_;
  std::string scratch_;
  std::string second_scratch_;

 private:
  UpstreamError error_;
  bool ended_ = false;
};

}  // namespace patchbay::plugins
