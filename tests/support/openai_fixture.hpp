// One folder of tests/fixtures/openai: what a client asked for, what the upstream answered, and the
// events that must come out.
//
//   request.json             the client's body, "model" inclusive
//   head                     the status on the first line, then headers
//   response.txt or .json    the upstream's body
//   events.txt               the events, and how it ended

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fake_host.hpp"

namespace patchbay::testing {

struct OpenAiFixture {
  std::string request;
  int status = 0;
  Headers headers;
  std::string response;
};

OpenAiFixture read_openai_fixture(const std::string& folder);

std::string read_file(const std::string& path);

// The frames that the host makes of a response, by its status and content type.
struct Framed {
  pbay_framing framing;
  std::vector<Frame> frames;
};
Framed frames_of(int status, const Headers& headers, std::string_view body);

// Gives a response to a new call and returns its transcript, which ends with "END ok", "END stop"
// or a line that says how it failed. `in_one_go`: all frames in one on_frames(), else one by one.
std::string play_openai(FakeProvider& provider,
                        const OpenAiFixture& fixture,
                        bool in_one_go,
                        std::uint32_t flags = 0);

}  // namespace patchbay::testing
