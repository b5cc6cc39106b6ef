#include "core/api/v1/operations.hpp"

#include <array>
#include <utility>

#include "core/api/call_responder.hpp"
#include "core/api/chat/chat_call.hpp"
#include "core/dialects/openai_audio/speech_encoder.hpp"
#include "core/dialects/openai_audio/transcript_encoder.hpp"
#include "core/dialects/openai_completions/encoder.hpp"
#include "core/dialects/openai_embeddings/encoder.hpp"
#include "core/dialects/openai_images/encoder.hpp"
#include "core/dialects/openai_operation/operation_request.hpp"
#include "core/http/form.hpp"

namespace patchbay::api {
namespace {

using dialects::openai_operation::OperationEncoder;
using dialects::openai_operation::OperationRequest;
using EncoderPtr = std::unique_ptr<chat::Encoder>;

enum class Body { kJson, kForm, kEither };

using Required = std::array<std::string_view, 2>;  // "" where there are fewer

struct Operation {
  pbay_mode mode;
  const char* dialect;
  Body body;
  Required required;  // of a JSON body
  Required required_parts;
  EncoderPtr (*make_encoder)(const OperationRequest& asked, OperationEncoder::Options options);
  // What the client asked that nobody can do; nothing where all is well.
  std::optional<chat::Failure> (*refuse)(const OperationRequest& asked) = nullptr;
};

bool is_form(const http::HeaderList& headers) {
  return http::starts_with_ignoring_case(headers.find("content-type").value_or(""), "multipart/");
}

// The body as the operation reads it; the parts of a form are put into `parts`.
dialects::openai_operation::ReadResult read_body(const Operation& operation,
                                                 const server::Request& request,
                                                 std::vector<http::FormPart>& parts) {
  const std::string_view type = request.headers.find("content-type").value_or("");
  if (operation.body == Body::kJson ||
      (operation.body == Body::kEither && !is_form(request.headers))) {
    return dialects::openai_operation::read_json(json::Padded(request.body()), operation.required);
  }
  auto form = http::read_form(type, request.body());
  if (!form) return chat::bad_request(form.error().message, {}, "invalid_form");
  parts = std::move(*form);
  return dialects::openai_operation::read_fields(parts, operation.required_parts);
}

void run(const Operation& operation, server::Exchange& exchange, const Context& context) {
  server::Request& request = exchange.request();
  CallPlan plan;
  auto read = read_body(operation, request, plan.request.parts);
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_failure(exchange, context, *failure);
  }
  auto& asked = std::get<OperationRequest>(read);
  if (operation.refuse != nullptr) {
    if (const auto failure = operation.refuse(asked)) {
      return reply_failure(exchange, context, *failure);
    }
  }
  auto resolved = context.snapshot->routes.resolve(asked.model, operation.mode);
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    return reply_failure(exchange, context, *failure);
  }
  plan.route = std::move(std::get<routing::Route>(resolved));
  plan.request.mode = operation.mode;
  plan.request.dialect = operation.dialect;
  plan.request.stream = asked.stream;
  plan.request.padded_body = std::move(request.padded_body);
  plan.request.model_value = asked.model_value;
  name_client(plan.request, ClientRequest(request, context));

  OperationEncoder::Options options{
      .model = plan.route.alias ? asked.model : plan.route.targets.front().upstream_model,
      .keep_model = plan.route.alias,
      .stream = asked.stream};
  plan.make_encoder = [make = operation.make_encoder,
                       asked = std::move(asked),
                       options = std::move(options)] { return make(asked, options); };
  answer_by_call(exchange, context, std::move(plan));
}

EncoderPtr make_plain(const OperationRequest&, OperationEncoder::Options options) {
  return std::make_unique<OperationEncoder>(std::move(options));
}

EncoderPtr make_completions(const OperationRequest& asked, OperationEncoder::Options options) {
  return std::make_unique<dialects::openai_completions::Encoder>(std::move(options),
                                                                 asked.include_usage);
}

EncoderPtr make_embeddings(const OperationRequest& asked, OperationEncoder::Options options) {
  options.stream = false;
  return std::make_unique<dialects::openai_embeddings::Encoder>(std::move(options),
                                                                asked.encoding_format == "base64");
}

template <bool edit>
EncoderPtr make_images(const OperationRequest& asked, OperationEncoder::Options options) {
  return std::make_unique<dialects::openai_images::Encoder>(
      std::move(options),
      dialects::openai_images::Encoder::Form{.as_url = asked.response_format == "url",
                                             .edit = edit,
                                             .output_format = asked.output_format});
}

template <bool translation>
EncoderPtr make_transcript(const OperationRequest& asked, OperationEncoder::Options options) {
  const auto form = dialects::openai_audio::transcript_form_of(asked.response_format);
  return std::make_unique<dialects::openai_audio::TranscriptEncoder>(
      std::move(options),
      form.value_or(dialects::openai_audio::TranscriptForm::kJson),
      translation);
}

EncoderPtr make_speech(const OperationRequest& asked, OperationEncoder::Options options) {
  options.stream = asked.stream_format == "sse";
  return std::make_unique<dialects::openai_audio::SpeechEncoder>(std::move(options));
}

std::optional<chat::Failure> refuse_embeddings(const OperationRequest& asked) {
  const std::string& format = asked.encoding_format;
  if (format.empty() || format == "float" || format == "base64") return std::nullopt;
  return chat::bad_request("Invalid value for 'encoding_format': it can be float or base64.",
                           "encoding_format",
                           "invalid_value");
}

}  // namespace

void completions(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_CHAT,
                                        .dialect = dialects::openai_completions::kDialect,
                                        .body = Body::kJson,
                                        .required = {"prompt"},
                                        .required_parts = {},
                                        .make_encoder = make_completions};
  run(kOperation, exchange, context);
}

void embeddings(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_EMBEDDING,
                                        .dialect = dialects::openai_embeddings::kDialect,
                                        .body = Body::kJson,
                                        .required = {"input"},
                                        .required_parts = {},
                                        .make_encoder = make_embeddings,
                                        .refuse = refuse_embeddings};
  run(kOperation, exchange, context);
}

void image_generations(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_IMAGE,
                                        .dialect = dialects::openai_images::kGenerations,
                                        .body = Body::kJson,
                                        .required = {"prompt"},
                                        .required_parts = {},
                                        .make_encoder = make_images<false>};
  run(kOperation, exchange, context);
}

void image_edits(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_IMAGE,
                                        .dialect = dialects::openai_images::kEdits,
                                        .body = Body::kEither,
                                        .required = {"prompt"},
                                        .required_parts = {"image", "prompt"},
                                        .make_encoder = make_images<true>};
  run(kOperation, exchange, context);
}

void image_variations(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_IMAGE,
                                        .dialect = dialects::openai_images::kVariations,
                                        .body = Body::kForm,
                                        .required = {},
                                        .required_parts = {"image"},
                                        .make_encoder = make_images<false>};
  run(kOperation, exchange, context);
}

void transcriptions(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_TRANSCRIBE,
                                        .dialect = dialects::openai_audio::kTranscriptions,
                                        .body = Body::kForm,
                                        .required = {},
                                        .required_parts = {"file"},
                                        .make_encoder = make_transcript<false>};
  run(kOperation, exchange, context);
}

void translations(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_TRANSCRIBE,
                                        .dialect = dialects::openai_audio::kTranslations,
                                        .body = Body::kForm,
                                        .required = {},
                                        .required_parts = {"file"},
                                        .make_encoder = make_transcript<true>};
  run(kOperation, exchange, context);
}

void speech(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_SPEECH,
                                        .dialect = dialects::openai_audio::kSpeech,
                                        .body = Body::kJson,
                                        .required = {"input"},
                                        .required_parts = {},
                                        .make_encoder = make_speech};
  run(kOperation, exchange, context);
}

void moderations(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_MODERATION,
                                        .dialect = "openai.moderations/1",
                                        .body = Body::kJson,
                                        .required = {"input"},
                                        .required_parts = {},
                                        .make_encoder = make_plain};
  run(kOperation, exchange, context);
}

void responses(server::Exchange& exchange, const Context& context) {
  static constexpr Operation kOperation{.mode = PBAY_MODE_CHAT,
                                        .dialect = "openai.responses/1",
                                        .body = Body::kJson,
                                        .required = {},
                                        .required_parts = {},
                                        .make_encoder = make_plain};
  run(kOperation, exchange, context);
}

}  // namespace patchbay::api
