#include "plugins/shared/openai_request.hpp"

#include <array>
#include <string>

#include "plugins/shared/json_text.hpp"
#include "plugins/shared/splice.hpp"

namespace patchbay::plugins {
namespace {

// Whether `quoted` is a JSON string that says `text`.
bool says(std::string_view quoted, std::string_view text) {
  JsonText json;
  return json.parse(quoted) && json.root().says(text);
}

std::string_view kept_json_string(const sdk::Call& call,
                                  std::string_view before,
                                  std::string_view text,
                                  std::string_view after) {
  std::string quoted(before);
  append_quoted(quoted, text);
  quoted += after;
  return call.keep(quoted);
}

// {} is no request, but what is put into it should still come out as JSON.
bool is_empty_object(std::string_view body) {
  const std::size_t brace = body.find('{');
  const std::size_t next =
      brace == body.npos ? brace : body.find_first_not_of(" \t\r\n", brace + 1);
  return next != body.npos && body[next] == '}';
}

void put_model(const sdk::Call& call, std::string_view model, Splice& splice) {
  const std::string_view body = call.body();
  const pbay_span place = call.request().model_value;
  if (model.empty()) return;
  if (place.len == 0) {
    const std::string_view comma = is_empty_object(body) ? "" : ",";
    splice.insert_first(kept_json_string(call, "\"model\":", model, comma));
  } else if (place.offset <= body.size() && !says(body.substr(place.offset, place.len), model)) {
    splice.replace(place, kept_json_string(call, {}, model, {}));
  }
}

void put_include_usage(const sdk::Call& call, Splice& splice) {
  JsonText json;
  if (!json.parse(call.body()) || !json.root().is_object()) return;  // the upstream will say so
  const JsonValue options = json.root()["stream_options"];
  const JsonValue wanted = options["include_usage"];
  if (wanted.is_true()) return;
  if (wanted.kind() != JsonKind::kMissing) {
    splice.replace({wanted.offset(), wanted.raw().size()}, "true");
  } else if (options.is_object()) {
    const bool alone = options.members().empty();
    splice.replace({options.offset() + 1, 0},
                   alone ? "\"include_usage\":true" : "\"include_usage\":true,");
  } else if (options.kind() != JsonKind::kMissing) {
    splice.replace({options.offset(), options.raw().size()}, "{\"include_usage\":true}");
  } else if (!json.root().members().empty()) {
    splice.insert_first("\"stream_options\":{\"include_usage\":true},");
  }
}

void put_default(const sdk::Call& call, const OpenAiBodyOptions& options, Splice& splice) {
  JsonText json;
  if (!json.parse(call.body()) || json.root().members().empty()) return;
  if (json.root()[options.default_name].kind() != JsonKind::kMissing) return;
  std::string member;
  append_quoted(member, options.default_name);
  splice.insert_first(call.join({member, ":", options.default_json, ","}));
}

bool is_dall_e_3(std::string_view model) {
  return model.find("dall-e-3") != model.npos;
}

// Takes a member of the object out, with the comma before it: in such a body it is never the first.
void leave_out(std::string_view body, std::string_view name, JsonValue value, Splice& splice) {
  std::string quoted;
  append_quoted(quoted, name);
  const std::size_t member = body.rfind(quoted, value.offset());
  const std::size_t comma = body.rfind(',', member);
  if (member == body.npos || comma == body.npos || comma > member) return;
  splice.replace({comma, value.offset() + value.raw().size() - comma}, "");
}

void leave_out_usual_words(const sdk::Call& call, std::string_view model, Splice& splice) {
  JsonText json;
  if (is_dall_e_3(model) || is_dall_e_3(call.model()) || !json.parse(call.body())) return;
  const JsonValue quality = json.root()["quality"];
  if (quality.says("standard")) leave_out(call.body(), "quality", quality, splice);
  const JsonValue style = json.root()["style"];
  if (style.says("vivid")) leave_out(call.body(), "style", style, splice);
}

}  // namespace

std::span<const pbay_piece> openai_body(const sdk::Call& call, const OpenAiBodyOptions& options) {
  if (call.body().empty()) {
    return call.allocate(pbay_piece{{nullptr, 0}, PBAY_PIECE_CLIENT_BODY});
  }
  Splice splice(call.body());
  put_model(call, options.model.empty() ? call.model() : options.model, splice);
  if (options.ask_for_usage) put_include_usage(call, splice);
  if (!options.default_json.empty()) put_default(call, options, splice);
  if (options.translated_image) leave_out_usual_words(call, options.model, splice);

  std::array<std::string_view, Splice::kPiecesMax> texts;
  const std::size_t count = splice.pieces(texts);
  const std::span<pbay_piece> pieces = call.allocate<pbay_piece>(count);
  for (std::size_t i = 0; i < count; ++i)
    pieces[i] = sdk::piece(texts[i]);
  return pieces;
}

}  // namespace patchbay::plugins
