// What the stub answers in each mode: a request and a script become a plan.

#pragma once

#include <cstddef>
#include <string>

#include "patchbay/abi.h"
#include "plugins/stub/chat_request.hpp"
#include "plugins/stub/media_request.hpp"
#include "plugins/stub/plan.hpp"

namespace patchbay::plugins::stub {

// Reads `request`, which must outlive `plan`, and lays out what `configured` and its own script say
// about it. `model_count`: how many models there are to list. Returns what is wrong with the
// request, for a 400, or an empty text.
std::string lay_out_answer(const pbay_request& request,
                           const Script& configured,
                           std::size_t model_count,
                           Plan& plan);

// The same for a request that was read. The tool that a chat demands is called where no script of
// the request says otherwise.
void lay_out_chat(Script script, const ChatRequest& request, Plan& plan);
void lay_out_completion(Script script, const ChatRequest& request, Plan& plan);
void lay_out_images(Script script, const ImageRequest& request, Plan& plan);
void lay_out_vectors(Script script, EmbeddingRequest request, Plan& plan);
void lay_out_speech(Script script, const SpeechRequest& request, Plan& plan);
void lay_out_transcript(Script script, const TranscriptionRequest& request, Plan& plan);

}  // namespace patchbay::plugins::stub
