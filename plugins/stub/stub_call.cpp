#include "plugins/stub/stub_call.hpp"

#include <bit>
#include <charconv>
#include <cstring>
#include <utility>
#include <vector>

#include "plugins/shared/base64.hpp"
#include "plugins/shared/openai_choice.hpp"
#include "plugins/shared/upstream_error.hpp"
#include "plugins/stub/answer_plan.hpp"
#include "plugins/stub/picture.hpp"
#include "plugins/stub/sound.hpp"
#include "plugins/stub/stub_provider.hpp"
#include "plugins/stub/text_vector.hpp"

namespace patchbay::plugins::stub {
namespace {

// The error body that an upstream would have sent.
std::string error_body(const ScriptedError& error) {
  const auto member = [](const char* name, const std::string& value) {
    std::string out = std::string("\"") + name + "\":";
    if (value.empty()) return out + "null";
    append_quoted(out, value);
    return out;
  };
  return "{\"error\":{" + member("message", error.message) + "," + member("type", error.type) +
         "," + member("param", error.param) + "," + member("code", error.code) + "}}";
}

std::string answer_id(std::string_view prefix, std::string_view body) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, hash_of(body), 16).ptr;
  return std::string(prefix).append(digits, end);
}

}  // namespace

StubCall::StubCall(const StubProvider& provider, const pbay_request& request)
    : PacedCall(provider.host, request), provider_(provider) {}

pbay_status StubCall::start() {
  const std::string complaint =
      lay_out_answer(request(), provider_.script(), provider_.listed().entries().size(), plan_);
  if (!complaint.empty()) {
    return fail({.category = PBAY_ERR_BAD_REQUEST, .message = complaint}, PBAY_E_INVALID);
  }
  advance();
  return PBAY_OK;
}

StubCall::Progress StubCall::step() {
  if (wait_first()) return Progress::kWaiting;
  const Script& script = plan_.script();
  const bool sent_all = piece_ == plan_.pieces().size();
  const auto reached = [&](std::int64_t tokens) {
    return choice_ == 0 && (tokens_sent_ >= tokens || (sent_all && begun_));
  };
  if (script.error && reached(script.error->after_tokens)) return fail_as_told();
  if (script.break_off_after && reached(*script.break_off_after)) {
    return over({.category = PBAY_ERR_UPSTREAM,
                 .message = "the stub broke its answer off, as it was told to",
                 .flags = flags_of(PBAY_ERR_UPSTREAM)},
                PBAY_E_PROTOCOL);
  }
  if (script.malformed && !garbage_sent_ && (!streaming() || reached(1))) return send_garbage();
  return send_next();
}

// Whether the next piece has to wait, and if so, sees to it that it will come.
bool StubCall::wait_first() {
  if (waited_ || choice_ != 0) return false;
  const bool more = piece_ < plan_.pieces().size();
  const bool between = begun_ && more && tokens_sent_ > 0 && plan_.pieces()[piece_].is_token();
  const auto& delay = begun_ ? plan_.script().token_delay_ms : plan_.script().first_delay_ms;
  if ((begun_ && !between) || delay.value_or(0) == 0) return false;
  wait(timer(), *delay);
  return true;
}

// Sends one event. It moves on only when the event was taken.
StubCall::Progress StubCall::send_next() {
  sdk::Sink out = sink();
  const auto choices = static_cast<std::uint32_t>(plan_.frame().choices);
  const bool in_pieces = begun_ && piece_ < plan_.pieces().size();
  pbay_status status = PBAY_OK;
  if (!begun_) {
    status = send_meta(out);
  } else if (in_pieces) {
    status = send_piece(out, plan_.pieces()[piece_], choice_);
  } else if (!finished_) {
    status = send_finish(out);
  } else {
    status = send_usage(out);
  }
  if (status < 0) return not_taken(status);

  if (!begun_) {
    begun_ = true;  // the delay before the first piece also stands before the first token
  } else if (finished_) {
    return over();
  } else if (++choice_ == choices) {
    choice_ = 0;
    if (in_pieces) {
      tokens_sent_ += plan_.pieces()[piece_].is_token() ? 1 : 0;
      ++piece_;
    } else {
      finished_ = true;
    }
    waited_ = false;
  }
  return Progress::kMoved;
}

pbay_status StubCall::send_meta(sdk::Sink& sink) const {
  const std::string_view prefix = plan_.frame().id_prefix;
  if (prefix.empty()) return PBAY_OK;
  const std::string answer = answer_id(prefix, body());
  return sink.meta(
      {.id = answer, .model = model(), .fingerprint = "stub", .created = host().unix_ms() / 1000});
}

pbay_status StubCall::send_finish(sdk::Sink& sink) const {
  if (!plan_.frame().finish) return PBAY_OK;
  return sink.finish(choice_, plan_.finish_reason(), plan_.finish_word());
}

pbay_status StubCall::send_piece(sdk::Sink& sink, const Piece& piece, std::uint32_t choice) const {
  const sdk::At at{.choice = choice, .item = piece.item};
  switch (piece.kind) {
    case PieceKind::kReasoning:
      return sink.reasoning(at, piece.text);
    case PieceKind::kText:
      return sink.text(at, piece.text);
    case PieceKind::kRefusal:
      return sink.refusal(at, piece.text);
    case PieceKind::kToolArguments:
      return sink.tool_args(at, piece.text);
    case PieceKind::kToolBegin:
      return send_tool(sink, piece, at);
    case PieceKind::kItemEnd:
      return sink.item_end(at);
    case PieceKind::kPreview:
    case PieceKind::kImage:
      return send_image(sink, piece, at);
    case PieceKind::kVector:
      return send_vector(sink, piece);
    case PieceKind::kSegment:
      return sink.segment(at, piece.text, piece.details->begin_us, piece.details->end_us);
    case PieceKind::kLanguage:
      return sink.extra(at, PBAY_AT_ANSWER, "language", piece.text);
    case PieceKind::kDuration:
      return sink.extra(at, PBAY_AT_ANSWER, "duration", piece.text);
    case PieceKind::kAudio:
      return send_tone(sink, piece, at);
    case PieceKind::kModel:
      return sink.model(*provider_.listed().entries()[piece.item]);
    case PieceKind::kBody:
      return sink.raw(piece.text, "application/json");
  }
  return PBAY_OK;
}

pbay_status StubCall::send_tool(sdk::Sink& sink, const Piece& piece, sdk::At at) const {
  // With the place in the conversation, so that no two calls of it have the same id.
  const std::string call = "call_stub_" + std::to_string(plan_.frame().place) + "_" +
                           std::to_string(at.choice) + "_" + std::to_string(piece.item);
  return sink.tool_begin(at, call, piece.text);
}

pbay_status StubCall::send_image(sdk::Sink& sink, const Piece& piece, sdk::At at) const {
  const Details& details = *piece.details;
  std::string data(piece.text);
  if (details.is_drawn) data = draw_picture(details.picture);
  if (details.is_drawn && details.type.empty()) {
    std::string url = "data:image/png;base64,";
    append_base64(url, data);
    data = std::move(url);
  }
  const std::int32_t kind = details.type.empty() ? PBAY_DATA_URL : PBAY_DATA_BYTES;
  if (piece.kind == PieceKind::kPreview) {
    return sink.preview(at, details.number, kind, data, details.type);
  }
  return sink.image(at, kind, data, details.type, "A pattern of coloured squares");
}

pbay_status StubCall::send_tone(sdk::Sink& sink, const Piece& piece, sdk::At at) const {
  std::string data;
  if (piece.details->type == "audio/wav" && piece.details->number > 0) {
    data = wav_head(static_cast<std::uint32_t>(piece.details->number) * kToneSamples *
                    kBytesPerSample);
  }
  data += tone_of(piece.text);
  return sink.audio(at, data, piece.details->type);
}

pbay_status StubCall::send_vector(sdk::Sink& sink, const Piece& piece) const {
  const auto dimensions = static_cast<std::uint32_t>(piece.details->number);
  const std::vector<float> vector = vector_of(piece.text, dimensions);
  static_assert(std::endian::native == std::endian::little, "the event's floats are");
  std::string bytes(vector.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), vector.data(), bytes.size());
  return sink.embedding(piece.item, PBAY_VEC_F32, dimensions, bytes);
}

pbay_status StubCall::send_usage(sdk::Sink& sink) const {
  if (!plan_.frame().usage) return PBAY_OK;
  pbay_ev_usage usage = sdk::unknown_usage();
  usage.input = plan_.usage().input;
  usage.output = plan_.usage().output;
  usage.reasoning = plan_.usage().reasoning;
  usage.cache_read = plan_.usage().cache_read;
  return sink.usage(usage);
}

StubCall::Progress StubCall::fail_as_told() {
  const ScriptedError& told = *plan_.script().error;
  const std::string body = error_body(told);
  const UpstreamError error = classify_answer(told.status, {}, body, 0);
  sdk::Failure failure = error.failure();
  failure.code = told.code;
  failure.http_status = told.status;
  failure.retry_after_ms = told.retry_after_ms;
  // The type has no place of its own, so a script that names one brings the body it stands in.
  if (!told.type.empty()) failure.upstream_body = body;
  return over(failure);
}

// Clients of the same dialect get the garbage itself; for others there are no bytes that could be
// wrong, only an upstream that is.
StubCall::Progress StubCall::send_garbage() {
  if (!same_dialect()) {
    return over({.category = PBAY_ERR_UPSTREAM,
                 .message = "the stub sent malformed bytes, as it was told to",
                 .flags = flags_of(PBAY_ERR_UPSTREAM)});
  }
  sdk::Sink out = sink();
  const pbay_status status = out.raw(*plan_.script().malformed);
  if (status < 0) return not_taken(status);
  garbage_sent_ = true;
  return streaming() ? Progress::kMoved : over();  // whole, the garbage is the answer
}

}  // namespace patchbay::plugins::stub
