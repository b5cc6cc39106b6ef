// Makes the chunks of an Azure stream what clients of OpenAI's chat or text completions expect, and
// leaves everything else as it came, byte by byte:
//
//   {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[...]}
//
// comes first, where clients look for a choice in vain. It is held back, and what it says (anything
// but the empty envelope) is put in front of the members of the next chunk. Later chunks of the
// content filter have the same empty envelope around choices; there its empty values are replaced
// by those of the chunks before.
//
//   ChunkMender mender("\"chat.completion.chunk\"");
//   for (const pbay_frame& frame : frames) {
//     switch (mender.chunk(sdk::view(frame.data), sink)) { ... }
//   }
//   mender.end(sink);
//
// One object mends one stream. A chunk without a fault goes from the frame to the sink without a
// copy, once the stream is under way even without being read as JSON, and no chunk but the first
// few costs an allocation.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins::azure_openai {

class ChunkMender : public OpenAiReading {
 public:
  // `object`: what the dialect calls a chunk, in quotes; must outlive the mender.
  explicit ChunkMender(std::string_view object) : object_(object) {}

  // The data of one event. kDone after the end mark, [DONE]; kFailed for an error of the upstream
  // in the middle of its stream, and for what is no JSON object.
  ReadOutcome chunk(std::string_view data, sdk::Sink& sink);

  // The body has ended. kFailed if the answer is not complete. Does nothing after kDone.
  ReadOutcome end(sdk::Sink& sink);

 private:
  struct Member {
    std::string name;  // with its quotes
    std::string json;
  };

  ReadOutcome finish(sdk::Sink& sink);
  void hold(JsonValue root);
  void remember(JsonValue root);
  void say(std::string_view data, JsonValue root, sdk::Sink& sink);
  void begin_with_held(JsonValue root);

  const std::string_view object_;
  std::vector<Member> held_;  // what the first chunks said, until it has gone on
  std::string id_;            // as it stood in the first whole envelope, as the two below
  std::string model_;
  std::string created_;
  std::string line_;        // a chunk that had line ends
  std::string mended_;      // the chunk on its way
  bool begun_ = false;      // a chunk has gone on
  bool remembers_ = false;  // the three above are there, as far as the upstream has them
  bool finished_ = false;   // some choice has said why it ended
};

}  // namespace patchbay::plugins::azure_openai
