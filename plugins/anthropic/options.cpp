#include "plugins/anthropic/options.hpp"

#include <algorithm>
#include <array>

#include "plugins/anthropic/content_parts.hpp"

namespace patchbay::plugins::anthropic {
namespace {

constexpr std::int64_t kLengthUnsaid = 32'000;  // leaves room for a long prompt in every model
constexpr std::int64_t kLengthUnknown = 8'192;  // of a model that nothing is known about
constexpr std::size_t kUserIdMax = 256;

// Read somewhere in the translation, or said by the request itself.
constexpr std::array<std::string_view, 28> kRead{"model",
                                                 "messages",
                                                 "stream",
                                                 "stream_options",
                                                 "max_tokens",
                                                 "max_completion_tokens",
                                                 "temperature",
                                                 "top_p",
                                                 "top_k",
                                                 "stop",
                                                 "user",
                                                 "safety_identifier",
                                                 "metadata",
                                                 "service_tier",
                                                 "tools",
                                                 "tool_choice",
                                                 "parallel_tool_calls",
                                                 "thinking",
                                                 "reasoning",
                                                 "reasoning_effort",
                                                 "response_format",
                                                 "n",
                                                 "modalities",
                                                 "audio",
                                                 "functions",
                                                 "function_call",
                                                 "usage",
                                                 "include_reasoning"};

// A number between 0 and 1; what lies outside becomes the nearer end, so that a client that counts
// to 2 still gets the liveliest answers there are.
bool append_unit(JsonValue value, const char* name, JsonObject& body, Translation& out) {
  const auto number = value.number();
  if (!number) return out.refuse(name, std::string(name) + " must be a number.");
  if (*number >= 0 && *number <= 1) {
    body.raw(name, value.raw());
  } else {
    out.note(std::string("brought ") + name + " into the range from 0 to 1");
    body.raw(name, *number < 0 ? "0" : "1");
  }
  return true;
}

bool append_sampling(JsonValue request, bool thinks, JsonObject& body, Translation& out) {
  const JsonValue temperature = request["temperature"];
  const JsonValue top_p = request["top_p"];
  const JsonValue top_k = request["top_k"];
  if (!temperature && !top_p && !top_k) return true;
  if (thinks || !out.traits.sampling) {
    out.note("left out temperature, top_p and top_k, which the model does not take here");
    return true;
  }
  if (temperature) {
    if (!append_unit(temperature, "temperature", body, out)) return false;
    if (top_p) out.note("left out top_p: only one of it and temperature is taken");
  } else if (top_p && !append_unit(top_p, "top_p", body, out)) {
    return false;
  }
  const auto among = top_k.integer();
  if (among && *among > 0) body.number("top_k", *among);
  return true;
}

bool append_stop(JsonValue stop, JsonObject& body, std::string& text, Translation& out) {
  if (!stop) return true;
  if (!stop.is_string() && !stop.is_array()) {
    return out.refuse("stop", "stop must be a text or a list of texts.");
  }
  std::string list;
  const auto add = [&list](JsonValue one) {
    if (is_blank(one.escaped())) return;
    next_element(list);
    list += one.raw();
  };
  if (stop.is_string()) add(stop);
  for (const JsonValue one : stop.elements())
    add(one);
  if (list.empty()) {
    out.note("left out stop: white space does not stop this vendor's models");
    return true;
  }
  body.key("stop_sequences");
  text.append("[").append(list).append("]");
  return true;
}

void append_user(JsonValue request, JsonObject& body, std::string& text, Translation& out) {
  std::string_view user = request["user"].escaped();
  if (user.empty()) user = request["safety_identifier"].escaped();
  if (user.empty()) user = request["metadata"]["user_id"].escaped();
  if (request["metadata"].is_object()) out.note("left out metadata, but for its user_id");
  if (user.empty()) return;
  if (user.size() > kUserIdMax) {
    out.note("left out the user, whose name is too long");
    return;
  }
  body.key("metadata");
  JsonObject metadata(text);
  metadata.escaped("user_id", user);
  metadata.end();
}

}  // namespace

bool read_length(JsonValue request, std::int64_t configured, Length& length, Translation& out) {
  const std::int64_t most = out.traits.max_output;
  for (const char* name : {"max_completion_tokens", "max_tokens"}) {
    const JsonValue value = request[name];
    if (!value) continue;
    const auto tokens = value.integer();
    if (!tokens || *tokens < 1) return out.refuse(name, "It must be a whole number from 1 on.");
    length = {*tokens, true};
    if (most > 0 && *tokens > most) {
      out.note(std::string("brought ") + name + " down to what the model can write");
      length.max_tokens = most;
    }
    return true;
  }
  length.max_tokens = configured;
  if (configured == 0)
    length.max_tokens = most > 0 ? std::min(most, kLengthUnsaid) : kLengthUnknown;
  return true;
}

bool append_options(
    JsonValue request, bool thinks, JsonObject& body, std::string& text, Translation& out) {
  if (!append_sampling(request, thinks, body, out)) return false;
  if (!append_stop(request["stop"], body, text, out)) return false;
  append_user(request, body, text, out);
  const JsonValue tier = request["service_tier"];
  if (tier.says("auto")) body.text("service_tier", "auto");
  if (tier.says("default")) body.text("service_tier", "standard_only");
  return true;
}

bool check_fields(JsonValue request, Translation& out) {
  const JsonValue n = request["n"];
  if (n && n.integer().value_or(0) != 1) {
    return out.refuse("n", "This provider gives one answer to a request: n must be 1.");
  }
  for (const JsonValue modality : request["modalities"].elements()) {
    if (!modality.says("text")) {
      return out.refuse("modalities", "This provider's models answer with text alone.");
    }
  }
  for (const JsonValue field : request.members()) {
    if (!field) continue;
    const std::string name = field.key().string();
    if (std::find(kRead.begin(), kRead.end(), name) == kRead.end()) {
      out.note("left out " + name.substr(0, 100));
    }
  }
  return true;
}

}  // namespace patchbay::plugins::anthropic
