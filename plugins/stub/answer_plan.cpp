#include "plugins/stub/answer_plan.hpp"

#include <utility>

#include "patchbay/host.hpp"
#include "plugins/stub/moderation.hpp"

namespace patchbay::plugins::stub {
namespace {

// Reads a request of one kind, and its script over the configured one.
template <typename Request, typename Read, typename LayOut>
std::string answer(const pbay_request& request,
                   const char* text_field,
                   Script script,
                   Read&& read,
                   LayOut&& lay_out) {
  RequestFields fields;
  Request asked;
  Script told;
  std::string complaint = fields.open(request);
  if (complaint.empty()) complaint = read(fields, asked);
  if (complaint.empty()) complaint = read_request_script(fields, text_field, told);
  if (!complaint.empty()) return complaint;
  script.put_over(std::move(told));
  lay_out(std::move(script), std::move(asked));
  return {};
}

std::string answer_chat(const pbay_request& request, Script script, Plan& plan) {
  ChatRequest asked;
  std::string complaint = read_chat_request(sdk::view(request.body), asked);
  if (!complaint.empty()) return complaint;
  script.put_over(asked.script);
  lay_out_chat(std::move(script), asked, plan);
  return {};
}

std::string answer_completion(const pbay_request& request, Script script, Plan& plan) {
  return answer<ChatRequest>(request,
                             "prompt",
                             std::move(script),
                             &read_completion_request,
                             [&plan](Script told, const ChatRequest& asked) {
                               lay_out_completion(std::move(told), asked, plan);
                             });
}

std::string answer_images(const pbay_request& request, ImageTask task, Script script, Plan& plan) {
  const bool streaming = (request.flags & PBAY_REQ_STREAM) != 0;
  return answer<ImageRequest>(
      request,
      "prompt",
      std::move(script),
      [&](const RequestFields& fields, ImageRequest& out) {
        return read_image_request(fields, task, streaming, out);
      },
      [&plan](Script told, const ImageRequest& asked) {
        lay_out_images(std::move(told), asked, plan);
      });
}

std::string answer_transcription(const pbay_request& request,
                                 bool translated,
                                 Script script,
                                 Plan& plan) {
  return answer<TranscriptionRequest>(request,
                                      "prompt",
                                      std::move(script),
                                      &read_transcription_request,
                                      [&](Script told, TranscriptionRequest asked) {
                                        asked.translated = translated;
                                        lay_out_transcript(std::move(told), asked, plan);
                                      });
}

std::string answer_moderation(const pbay_request& request, Script script, Plan& plan) {
  return answer<ModerationRequest>(
      request,
      "input",
      std::move(script),
      &read_moderation_request,
      [&](Script told, const ModerationRequest& asked) {
        plan.begin(std::move(told), {.finish = false, .usage = false});
        plan.add({.kind = PieceKind::kBody,
                  .item = 0,
                  .text = plan.keep(judge(asked, "modr-stub", sdk::view(request.model)))});
      });
}

std::string answer_models(Script script, std::size_t model_count, Plan& plan) {
  plan.begin(std::move(script), {.finish = false, .usage = false});
  for (std::size_t i = 0; i < model_count; ++i)
    plan.add({.kind = PieceKind::kModel, .item = static_cast<std::uint32_t>(i)});
  return {};
}

}  // namespace

std::string lay_out_answer(const pbay_request& request,
                           const Script& configured,
                           std::size_t model_count,
                           Plan& plan) {
  const std::string_view dialect = sdk::view(request.dialect);
  if (dialect == "openai.chat/1") return answer_chat(request, configured, plan);
  if (dialect == "openai.completions/1") return answer_completion(request, configured, plan);
  if (dialect == "openai.images.generations/1") {
    return answer_images(request, ImageTask::kGeneration, configured, plan);
  }
  if (dialect == "openai.images.edits/1") {
    return answer_images(request, ImageTask::kEdit, configured, plan);
  }
  if (dialect == "openai.images.variations/1") {
    return answer_images(request, ImageTask::kVariation, configured, plan);
  }
  if (dialect == "openai.audio.transcriptions/1") {
    return answer_transcription(request, false, configured, plan);
  }
  if (dialect == "openai.audio.translations/1") {
    return answer_transcription(request, true, configured, plan);
  }
  if (dialect == "openai.embeddings/1") {
    return answer<EmbeddingRequest>(request,
                                    "input",
                                    configured,
                                    &read_embedding_request,
                                    [&plan](Script told, EmbeddingRequest asked) {
                                      lay_out_vectors(std::move(told), std::move(asked), plan);
                                    });
  }
  if (dialect == "openai.audio.speech/1") {
    return answer<SpeechRequest>(request,
                                 "input",
                                 configured,
                                 &read_speech_request,
                                 [&plan](Script told, const SpeechRequest& asked) {
                                   lay_out_speech(std::move(told), asked, plan);
                                 });
  }
  if (dialect == "openai.moderations/1") return answer_moderation(request, configured, plan);
  if (dialect == "openai.models/1") return answer_models(configured, model_count, plan);
  return "the stub does not speak " + std::string(dialect);
}

}  // namespace patchbay::plugins::stub
