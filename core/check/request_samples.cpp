#include <algorithm>
#include <iterator>
#include <string_view>

#include "core/check/samples.hpp"
#include "core/json/write.hpp"
#include "core/plugin_host/vocabulary.hpp"
#include "core/sdk/patchbay/tools.h"

namespace patchbay::check {
namespace {

// The smallest image of one pixel that is a whole file, and a recording of nothing.
constexpr std::string_view kPng(
    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9c"
    "c\xf8\xcf\xc0\xf0\x1f\0\5\0\1\xff\x89\x99=\x1d\0\0\0\0IEND\xae"
    "B`\x82",
    70);
constexpr std::string_view kWav(
    "RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0\x80>\0\0\2\0\x10\0data\0\0\0\0", 44);

std::string object(std::string_view model, std::string_view rest) {
  std::string out = "{\"model\":";
  json::append_string(out, model);
  return out.append(",").append(rest).append("}");
}

constexpr std::string_view kPlainChat = R"("messages":[{"role":"user","content":"Say hello."}])";
constexpr std::string_view kToolChat =
    R"("max_tokens":256,"temperature":0.5,"messages":[{"role":"system","content":"Be brief."},)"
    R"({"role":"user","content":[{"type":"text","text":"How warm is it in Oslo?"}]},)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function",)"
    R"("function":{"name":"weather","arguments":"{\"city\":\"Oslo\"}"}}]},)"
    R"({"role":"tool","tool_call_id":"call_1","content":"-3 degrees, \"snow\" \u2603"}],)"
    R"("tools":[{"type":"function","function":{"name":"weather","description":"The weather.",)"
    R"("parameters":{"type":"object","properties":{"city":{"type":"string"}},)"
    R"("required":["city"]}}}],"tool_choice":"auto")";

struct Form {
  const char* dialect;
  const char* name;
  std::string_view rest;  // of the JSON body, behind the model
  bool streams;           // the same body with "stream": true as well
  bool in_events = true;  // the host also asks for an answer in events
};

// Every operation that is asked for with a JSON body.
constexpr Form kForms[] = {
    {"openai.chat/1", "a plain chat", kPlainChat, true},
    {"openai.chat/1", "a chat with tools", kToolChat, true},
    {"openai.completions/1", "a completion", R"("prompt":"Once upon a time")", true},
    {"openai.responses/1", "a response", R"("input":"Say hello.")", true, false},
    {"openai.embeddings/1", "two embeddings", R"("input":["a cat","a dog"])", false},
    {"openai.images.generations/1", "an image", R"("prompt":"a red cube","n":1)", false},
    {"openai.audio.speech/1", "a speech", R"("input":"Hello.","voice":"alloy")", false},
    {"openai.moderations/1", "a moderation", R"("input":"a kind word")", false, false},
};

void add(std::vector<RequestSample>& out,
         const RequestSample& base,
         std::string_view how,
         std::uint32_t flags) {
  RequestSample sample = base;
  sample.name += std::string(" (") + sample.dialect + ", " + std::string(how) + ")";
  sample.flags = flags;
  out.push_back(std::move(sample));
}

// The ways in which the host asks for one thing. `rest` is that of a body that can be streamed.
void add_ways(std::vector<RequestSample>& out,
              const RequestSample& base,
              std::string_view rest,
              bool in_events) {
  add(out, base, "same dialect", PBAY_REQ_SAME_DIALECT);
  if (in_events) add(out, base, "in events", 0);
  if (rest.empty()) return;
  RequestSample streamed = base;
  streamed.body = object(base.model, std::string(rest) + R"(,"stream":true)");
  add(out, streamed, "same dialect, streamed", PBAY_REQ_SAME_DIALECT | PBAY_REQ_STREAM);
  if (in_events) add(out, streamed, "in events, streamed", PBAY_REQ_STREAM | PBAY_REQ_WANT_USAGE);
}

std::vector<PartSample> image_parts(bool edits) {
  std::vector<PartSample> parts{{"image", "cube.png", "image/png", std::string(kPng)}};
  if (edits) parts.push_back({"prompt", "", "", "make it blue"});
  return parts;
}

std::vector<PartSample> recording_parts() {
  return {{"file", "hello.wav", "audio/wav", std::string(kWav)}};
}

// The parts of an operation that is asked for with a multipart body; none for others.
std::vector<PartSample> parts_of(const std::string& dialect) {
  if (dialect == "openai.images.edits/1") return image_parts(true);
  if (dialect == "openai.images.variations/1") return image_parts(false);
  if (dialect == "openai.audio.transcriptions/1") return recording_parts();
  if (dialect == "openai.audio.translations/1") return recording_parts();
  return {};
}

void add_raw(std::vector<RequestSample>& out, RequestSample base) {
  base.name = "any path";
  base.method = "GET";
  base.path = "/models?limit=1";
  add(out, base, "GET", PBAY_REQ_SAME_DIALECT);
  base.method = "POST";
  base.path = "/embeddings";
  base.body = R"({"input":"a cat"})";
  base.headers.emplace_back("content-type", "application/json");
  add(out, base, "POST", PBAY_REQ_SAME_DIALECT);
}

// Those of the host's dialects that have no JSON body.
constexpr std::string_view kOtherDialects[] = {"openai.images.edits/1",
                                               "openai.images.variations/1",
                                               "openai.audio.transcriptions/1",
                                               "openai.audio.translations/1",
                                               "openai.models/1",
                                               PBAY_DIALECT_TOOL,
                                               "raw/1"};

}  // namespace

bool is_host_dialect(std::string_view dialect) {
  for (const Form& form : kForms) {
    if (dialect == form.dialect) return true;
  }
  return std::find(std::begin(kOtherDialects), std::end(kOtherDialects), dialect) !=
         std::end(kOtherDialects);
}

std::vector<RequestSample> requests_for(pbay_mode mode,
                                        const std::string& dialect,
                                        const std::string& model) {
  std::vector<RequestSample> out;
  RequestSample base;
  base.mode = mode;
  base.dialect = dialect;
  base.model = model;
  if (mode == PBAY_MODE_RAW) {
    base.model.clear();
    add_raw(out, base);
    return out;
  }
  if (mode == PBAY_MODE_MODELS) {
    base.name = "the list of models";
    base.model.clear();
    add(out, base, "in events", 0);
    return out;
  }
  base.parts = parts_of(dialect);
  if (!base.parts.empty()) {
    base.name = "an upload";
    base.parts.push_back({"model", "", "", model});
    add_ways(out, base, {}, true);
    return out;
  }
  for (const Form& form : kForms) {
    if (dialect != form.dialect) continue;
    base.name = form.name;
    base.body = object(model, form.rest);
    add_ways(out, base, form.streams ? form.rest : std::string_view(), form.in_events);
  }
  if (!out.empty()) return out;
  // A dialect of somebody else, which only its own clients speak: most have a model and messages.
  base.name = "a guess";
  base.body = object(model, std::string(kPlainChat) + R"(,"max_tokens":64)");
  add_ways(out, base, std::string(kPlainChat) + R"(,"max_tokens":64)", false);
  return out;
}

}  // namespace patchbay::check
