#include "plugins/gemini/options.hpp"

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "plugins/gemini/schema.hpp"
#include "plugins/gemini/thinking.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr std::int64_t kChoicesMax = 8;
constexpr std::int64_t kTopLogprobsMax = 20;
constexpr std::size_t kStopsMax = 5;

struct Number {
  std::string_view given;
  std::string_view name;
};
constexpr std::array kNumbers{Number{"temperature", "temperature"},
                              Number{"top_p", "topP"},
                              Number{"top_k", "topK"},
                              Number{"presence_penalty", "presencePenalty"},
                              Number{"frequency_penalty", "frequencyPenalty"}};

class OptionWriter {
 public:
  OptionWriter(JsonValue request, Translation& translation)
      : request_(request), translation_(translation) {}

  bool read() {
    for (const Number& number : kNumbers) {
      const JsonValue value = request_[number.given];
      if (!value) continue;
      if (!value.number()) return refuse(number.given, "it must be a number");
      member(number.name).add(value.raw());
    }
    return read_counts() && read_stops() && read_format() && read_logprobs() && read_modalities() &&
           write_thinking(request_, translation_, options_);
  }

  void write(BodyText& out) const {
    if (!options_.empty()) out.add(",\"generationConfig\":{").append(options_).add("}");
  }

 private:
  bool refuse(std::string_view param, std::string message) {
    return translation_.refuse(std::string(param), std::move(message));
  }

  BodyText& member(std::string_view name) {
    if (!options_.empty()) options_.add(",");
    return options_.quote(name).add(":");
  }

  bool read_counts() {
    for (const char* name : {"max_completion_tokens", "max_tokens"}) {
      const JsonValue value = request_[name];
      if (!value) continue;
      const auto count = value.integer();
      if (!count || *count < 1 || *count > INT32_MAX) {
        return refuse(name, "it must be a whole number above 0");
      }
      member("maxOutputTokens").add(std::to_string(*count));
      break;
    }
    if (const JsonValue value = request_["n"]) {
      const auto count = value.integer();
      if (!count || *count < 1 || *count > kChoicesMax) {
        return refuse("n", "this provider gives 1 to 8 answers to a request");
      }
      if (*count > 1) member("candidateCount").add(std::to_string(*count));
    }
    if (const JsonValue value = request_["seed"]) {
      const auto seed = value.integer();
      if (!seed) return refuse("seed", "it must be a whole number");
      // The vendor's seeds have 31 bits; the same seed stays the same.
      member("seed").add(std::to_string(static_cast<std::uint64_t>(*seed) & 0x7FFFFFFF));
    }
    return true;
  }

  bool read_stops() {
    const JsonValue stop = request_["stop"];
    if (stop && !stop.is_string() && !stop.is_array()) {
      return refuse("stop", "it must be a text or a list of texts");
    }
    BodyText stops;
    std::size_t count = 0;
    const auto add = [&](JsonValue text) {
      if (text.escaped().empty()) return;
      if (count++ > 0) stops.add(",");
      stops.add(text.raw());
    };
    add(stop);
    for (const JsonValue one : stop.elements())
      add(one);
    if (count > kStopsMax) return refuse("stop", "this provider takes at most 5 stop sequences");
    if (count > 0) member("stopSequences").add("[").append(stops).add("]");
    return true;
  }

  bool read_format() {
    const JsonValue format = request_["response_format"];
    const JsonValue type = format["type"];
    if (!format || type.says("text")) return true;
    if (!type.says("json_object") && !type.says("json_schema")) {
      return refuse("response_format", "its type is none of text, json_object and json_schema");
    }
    member("responseMimeType").add("\"application/json\"");
    const JsonValue described = format["json_schema"];
    const JsonValue schema = described["schema"];
    if (!type.says("json_schema") || !schema.is_object() || schema.members().empty()) return true;
    member("responseJsonSchema");
    write_schema(schema, Keywords::kSubset, options_, translation_.dropped);
    return true;
  }

  bool read_logprobs() {
    if (!request_["logprobs"].is_true()) return true;
    member("responseLogprobs").add("true");
    const JsonValue top = request_["top_logprobs"];
    const auto count = top.integer();
    if (top && (!count || *count < 0 || *count > kTopLogprobsMax)) {
      return refuse("top_logprobs", "it must be a whole number from 0 to 20");
    }
    if (count && *count > 0) member("logprobs").add(std::to_string(*count));
    return true;
  }

  bool read_modalities() {
    BodyText modalities;
    for (const JsonValue one : request_["modalities"].elements()) {
      if (one.says("audio")) {
        return refuse("modalities", "this provider does not speak in answers to a chat");
      }
      if (!one.says("text") && !one.says("image")) continue;
      if (!modalities.empty()) modalities.add(",");
      modalities.add(one.says("text") ? "\"TEXT\"" : "\"IMAGE\"");
    }
    if (!modalities.empty()) member("responseModalities").add("[").append(modalities).add("]");
    const JsonValue shape = request_["image_config"]["aspect_ratio"];
    if (shape.is_string()) member("imageConfig").add("{\"aspectRatio\":").add(shape.raw()).add("}");
    const JsonValue resolution = request_["media_resolution"];
    if (resolution.is_string()) member("mediaResolution").add(resolution.raw());
    return true;
  }

  const JsonValue request_;
  Translation& translation_;
  BodyText options_;
};

}  // namespace

JsonValue google_extension(JsonValue request) {
  const JsonValue own = request["google"];
  return own.is_object() ? own : request["extra_body"]["google"];
}

bool write_options(JsonValue request, Translation& translation, BodyText& out) {
  OptionWriter options(request, translation);
  if (!options.read()) return false;
  options.write(out);
  return true;
}

}  // namespace patchbay::plugins::gemini
