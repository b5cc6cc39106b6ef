// Requests that a client might send, and answers that an upstream might give.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/sdk/patchbay/abi.h"

namespace patchbay::check {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct PartSample {
  std::string name, filename, content_type, content;
};

struct RequestSample {
  std::string name;  // for people: "openai.chat/1, streamed"
  pbay_mode mode = PBAY_MODE_CHAT;
  std::string dialect;
  std::uint32_t flags = 0;
  std::string model;
  std::string body;               // empty where it is multipart, or none
  std::vector<PartSample> parts;  // of a multipart body
  Headers headers;                // of the client, those that the provider asked for
  std::string method, path;       // PBAY_MODE_RAW
};

struct AnswerSample {
  std::string name;
  int status = 200;
  Headers headers;
  std::string body;
};

// Plausible requests of that operation, of each kind the host makes: streamed and not, in the same
// dialect and to be translated. Also for dialects that nobody here knows: then a guess.
std::vector<RequestSample> requests_for(pbay_mode mode,
                                        const std::string& dialect,
                                        const std::string& model);

// Whether the host itself speaks the dialect: it can then give the provider any client's request in
// it.
bool is_host_dialect(std::string_view dialect);

// Answers to a request of the mode: good ones in the form of the host's own dialects, and such that
// are in no form at all.
std::vector<AnswerSample> answers_for(pbay_mode mode, const std::string& dialect);

// Answers that say no, in every form that upstreams were seen to use. `secret`, if there is one,
// stands in some of them.
std::vector<AnswerSample> refusals(const std::string& secret);

// A recorded exchange, and what must come of it.
struct Recording {
  std::string name;
  RequestSample request;
  std::vector<AnswerSample> answers;  // more than one where the provider asks again
  std::string expected;               // the transcript
};

}  // namespace patchbay::check
