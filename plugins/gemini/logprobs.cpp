#include "plugins/gemini/logprobs.hpp"

#include <string_view>
#include <utility>

namespace patchbay::plugins::gemini {
namespace {

// {"token": ..., "logprob": ..., "bytes": null, without the brace that ends it.
void open_token(JsonValue candidate, std::string& out) {
  const JsonValue token = candidate["token"];
  const JsonValue probability = candidate["logProbability"];
  out += "{\"token\":";
  out += token.is_string() ? token.raw() : "\"\"";
  out += ",\"logprob\":";
  out += probability.number() ? probability.raw() : "0";
  out += ",\"bytes\":null";
}

}  // namespace

bool write_logprobs(JsonValue result, std::string& out) {
  const JsonValue::Range alternatives = result["topCandidates"].elements();
  JsonValue::Iterator next = alternatives.begin();
  out = "{\"content\":[";
  bool first = true;
  for (const JsonValue chosen : result["chosenCandidates"].elements()) {
    if (!std::exchange(first, false)) out += ',';
    open_token(chosen, out);
    out += ",\"top_logprobs\":[";
    if (next != alternatives.end()) {
      bool first_top = true;
      for (const JsonValue top : (*next)["candidates"].elements()) {
        if (!std::exchange(first_top, false)) out += ',';
        open_token(top, out);
        out += '}';
      }
      ++next;
    }
    out += "]}";
  }
  out += "],\"refusal\":null}";
  return !first;
}

}  // namespace patchbay::plugins::gemini
