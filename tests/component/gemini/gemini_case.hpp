// One folder of tests/fixtures/gemini. Both kinds have a file `call`: the mode and the dialect, the
// model, and whether the client streams, a line each.
//
//   requests/<name>/  request.json    the client's body
//                     upstream.txt    what goes up: the method and URL, then the body; or the
//                     refusal
//   answers/<name>/   head            the status on the first line, then headers
//                     response.txt    or response.json, the upstream's body
//                     events.txt      the events, and how it ended

#pragma once

#include <string>
#include <vector>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {

inline constexpr const char* kGeminiPlugin = PATCHBAY_TEST_PLUGINS "/gemini/libpatchbay_gemini.so";

struct GeminiCase {
  pbay_mode mode = PBAY_MODE_CHAT;
  std::string dialect;
  std::string model;
  bool stream = false;
};

// The names of the folders in `kind` ("requests", "answers"), sorted.
std::vector<std::string> gemini_cases(const std::string& kind);
std::string gemini_folder(const std::string& kind, const std::string& name);

GeminiCase read_gemini_case(const std::string& folder);

// A call as the case says, with that body.
FakeCall::Request request_of(const GeminiCase& given, std::string body);

// What goes up for a body, or "REFUSED <category> <param>: <message>".
std::string play_request(FakeProvider& provider, const GeminiCase& given, const std::string& body);

// Gives an answer to a new call and returns its transcript, which ends with "END ok", "END stop",
// "END next" or a line that says how it failed. `in_one_go`: all frames in one on_frames().
struct GeminiAnswerFixture {
  GeminiCase given;
  int status = 200;
  Headers headers;
  std::string response;
};
GeminiAnswerFixture read_answer_fixture(const std::string& folder);
std::string play_answer(FakeProvider& provider, const GeminiAnswerFixture& fixture, bool in_one_go);

// Ends a call and says how; `status` is what its last callback gave.
std::string ended(FakeCall& call, pbay_status status);

}  // namespace patchbay::testing
