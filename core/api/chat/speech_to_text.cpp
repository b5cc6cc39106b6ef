#include "core/api/chat/speech_to_text.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "core/api/call_responder.hpp"
#include "core/api/chat/chat_call.hpp"
#include "core/dialects/body_fields.hpp"
#include "core/dialects/openai_audio/transcript_encoder.hpp"

namespace patchbay::api {
namespace {

using dialects::openai_audio::TranscriptEncoder;
using dialects::openai_audio::TranscriptForm;
using dialects::openai_operation::OperationEncoder;
using http::equals_ignoring_case;

// Where nothing else is configured, the name that nearly everybody's transcription model answers
// to.
constexpr std::string_view kUsualModel = "whisper-1";

// A word that tells a kind of sound, and the ending of a file name that upstreams know it by.
struct Kind {
  std::string_view word;
  std::string_view ending;
};

constexpr std::array kMediaTypes{Kind{"audio/webm", "webm"},
                                 Kind{"video/webm", "webm"},  // what some recorders call sound
                                 Kind{"audio/wav", "wav"},
                                 Kind{"audio/x-wav", "wav"},
                                 Kind{"audio/wave", "wav"},
                                 Kind{"audio/vnd.wave", "wav"},
                                 Kind{"audio/mpeg", "mp3"},
                                 Kind{"audio/mp3", "mp3"},
                                 Kind{"audio/mp4", "m4a"},
                                 Kind{"audio/m4a", "m4a"},
                                 Kind{"audio/x-m4a", "m4a"},
                                 Kind{"audio/ogg", "ogg"},
                                 Kind{"application/ogg", "ogg"},
                                 Kind{"audio/opus", "ogg"}};

constexpr std::array kEndings{Kind{"webm", "webm"},
                              Kind{"wav", "wav"},
                              Kind{"mp3", "mp3"},
                              Kind{"mpga", "mp3"},
                              Kind{"m4a", "m4a"},
                              Kind{"mp4", "m4a"},
                              Kind{"ogg", "ogg"},
                              Kind{"oga", "ogg"},
                              Kind{"opus", "ogg"}};

// Members of the form that a provider may get beside the sound.
constexpr std::array<std::string_view, 3> kPassed{"language", "prompt", "temperature"};

template <std::size_t Size>
std::string_view ending_of(const std::array<Kind, Size>& kinds, std::string_view word) {
  for (const Kind& kind : kinds) {
    if (equals_ignoring_case(kind.word, word)) return kind.ending;
  }
  return {};
}

std::string_view behind_last_dot(std::string_view filename) {
  const std::size_t dot = filename.rfind('.');
  return dot == filename.npos ? std::string_view() : filename.substr(dot + 1);
}

std::string_view without_parameters(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' '))
    content_type.remove_suffix(1);
  return content_type;
}

bool is_sound(const http::FormPart& part) {
  return part.name == "file" || part.name == "audio";
}

chat::Failure refusal(int status, const std::string& name, std::string_view what) {
  chat::Failure failure = chat::bad_request(name + ": " + std::string(what), name, "invalid_value");
  failure.status = status;
  return failure;
}

// A name that the browser made up ("blob") tells no upstream what is in it; one that does is kept.
std::optional<chat::Failure> name_sound(http::FormPart& sound) {
  const std::string field = std::exchange(sound.name, "file");
  if (sound.content.empty()) return refusal(422, field, "is empty");
  if (!ending_of(kEndings, behind_last_dot(sound.filename)).empty()) return std::nullopt;
  const std::string_view type = without_parameters(sound.content_type);
  const std::string_view ending = ending_of(kMediaTypes, type);
  if (ending.empty()) {
    return refusal(415, field, "expected a sound: WebM, WAV, MP3, M4A or OGG");
  }
  sound.filename = "audio." + std::string(ending);
  return std::nullopt;
}

std::variant<routing::Route, chat::Failure> transcription_route(const routing::RouteTable& routes) {
  auto route = routes.resolve("", PBAY_MODE_TRANSCRIBE);
  return std::holds_alternative<routing::Route>(route)
             ? route
             : routes.resolve(kUsualModel, PBAY_MODE_TRANSCRIBE);
}

bool is_form(const server::Request& request) {
  const std::string_view type = request.headers.find("content-type").value_or("");
  return equals_ignoring_case(without_parameters(type), "multipart/form-data");
}

std::variant<std::vector<http::FormPart>, chat::Failure> read_sound(
    const server::Request& request) {
  if (!is_form(request)) {
    return refusal(415, "file", "expected a form (multipart/form-data) with a sound in it");
  }
  auto form = http::read_form(request.headers.find("content-type").value_or(""), request.body());
  if (!form) return chat::bad_request(form.error().message, {}, "invalid_form");
  return transcription_parts(std::move(*form));
}

}  // namespace

std::variant<std::vector<http::FormPart>, chat::Failure> transcription_parts(
    std::vector<http::FormPart> sent) {
  std::vector<http::FormPart> parts;
  for (http::FormPart& part : sent) {
    if (!is_sound(part)) continue;
    if (!parts.empty()) return refusal(422, part.name, "expected one sound, got several");
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return dialects::unprocessable(dialects::missing_value("file"));
  if (auto failure = name_sound(parts.front())) return std::move(*failure);
  for (http::FormPart& part : sent) {
    for (const std::string_view name : kPassed) {
      if (part.name != name) continue;
      parts.push_back(
          {.name = std::string(name), .filename = {}, .content_type = {}, .content = part.content});
    }
  }
  parts.push_back(
      {.name = "response_format", .filename = {}, .content_type = {}, .content = "json"});
  return parts;
}

void speech_to_text(server::Exchange& exchange, const Context& context) {
  server::Request& request = exchange.request();
  auto read = read_sound(request);
  if (const auto* failure = std::get_if<chat::Failure>(&read)) {
    return reply_error_text(exchange, context, *failure);
  }
  auto resolved = transcription_route(context.snapshot->routes);
  if (const auto* failure = std::get_if<chat::Failure>(&resolved)) {
    return reply_error_text(exchange, context, *failure);
  }
  CallPlan plan;
  plan.route = std::move(std::get<routing::Route>(resolved));
  plan.refuse = reply_error_text;
  plan.request.mode = PBAY_MODE_TRANSCRIBE;
  plan.request.dialect = dialects::openai_audio::kTranscriptions;
  plan.request.same_dialect = false;  // the text alone, whatever else the provider tells
  plan.request.parts = std::move(std::get<std::vector<http::FormPart>>(read));
  plan.request.padded_body = std::move(request.padded_body);
  name_client(plan.request, ClientRequest(request, context));
  OperationEncoder::Options options{.model = plan.route.targets.front().upstream_model};
  plan.make_encoder = [options = std::move(options)] {
    return std::make_unique<TranscriptEncoder>(options, TranscriptForm::kJson, false);
  };
  answer_by_call(exchange, context, std::move(plan));
}

}  // namespace patchbay::api
