// One folder of tests/fixtures/openai, or of a vendor that is shaped like it: what a client asked
// for, what the upstream answered, and the events that must come out.
//
//   call                     if there: "<mode> <dialect>", and "same" where RAW is welcome; without
//                            it a chat that is said in events
//   request.json             the client's body, "model" inclusive
//   upstream.json            if there: the body that must go up
//   head                     the status on the first line, then headers
//   response.txt or .json    the upstream's body
//   events.txt               the events, and how it ended

#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {

struct OpenAiFixture {
  pbay_mode mode = PBAY_MODE_CHAT;
  std::string dialect = "openai.chat/1";
  bool same_dialect = false;
  std::string request;
  int status = 0;
  Headers headers;
  std::string response;
};

OpenAiFixture read_openai_fixture(const std::string& folder);

// The cases in a folder of fixtures, sorted.
std::vector<std::string> fixture_names(const std::string& folder);

// What the provider sends for a fixture's request.
BuiltRequest build_openai(FakeProvider& provider, const OpenAiFixture& fixture);

std::string read_file(const std::string& path);

// The frames that the host makes of a response, by its status and content type.
struct Framed {
  pbay_framing framing;
  std::vector<Frame> frames;
};
Framed frames_of(int status, const Headers& headers, std::string_view body);

// Gives a response to a new call and returns its transcript, which ends with "END ok", "END stop"
// or a line that says how it failed. An answer that passes unread is the line "PASSTHROUGH"; after
// a failure of a call in the client's own dialect comes the body that the client is to see.
// `in_one_go`: all frames in one on_frames(), else one by one.
std::string play_openai(FakeProvider& provider,
                        const OpenAiFixture& fixture,
                        bool in_one_go,
                        std::uint32_t flags = 0);

// The same with the body cut into pieces, and its frames put together into batches, as `random` has
// it.
std::string play_openai_in_pieces(FakeProvider& provider,
                                  const OpenAiFixture& fixture,
                                  std::mt19937& random,
                                  std::uint32_t flags = 0);

}  // namespace patchbay::testing
