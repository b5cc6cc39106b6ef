#include "plugins/gemini/embeddings.hpp"

#include <algorithm>
#include <utility>

#include "plugins/gemini/model_traits.hpp"
#include "plugins/gemini/one_line.hpp"
#include "plugins/gemini/vendor_error.hpp"
#include "plugins/shared/openai_reading.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr std::uint32_t kBatchMax = 100;  // what the vendor takes in one request
constexpr std::size_t kInputsMax = 2048;  // what OpenAI takes
constexpr std::int64_t kDimensionsMax = 1 << 20;

// The members that every text of a request has beside itself, each with a comma before it.
std::string options_of(JsonValue request, std::int64_t dimensions) {
  std::string options;
  if (dimensions > 0) options += ",\"outputDimensionality\":" + std::to_string(dimensions);
  for (const char* name : {"task_type", "taskType"}) {
    const JsonValue task = request[name];
    if (task.is_string() && options.find("taskType") == options.npos) {
      options.append(",\"taskType\":").append(task.raw());
    }
  }
  if (request["title"].is_string()) options.append(",\"title\":").append(request["title"].raw());
  return options;
}

}  // namespace

void Embeddings::add(JsonValue text, std::string_view options) {
  if (batches_.empty() || batches_.back().count == kBatchMax) batches_.emplace_back();
  Batch& batch = batches_.back();
  if (batch.count++ > 0) batch.body += ',';
  batch.body += "{\"model\":";
  append_quoted(batch.body, model_path(model_));
  batch.body += ",\"content\":{\"parts\":[{\"text\":";
  batch.body.append(text.raw()).append("}]}").append(options).append("}");
}

bool Embeddings::read(std::string_view body, Translation& translation) {
  JsonText json;
  if (!json.parse(body) || !json.root().is_object()) {
    return translation.refuse("", "the body is not a JSON object");
  }
  const JsonValue request = json.root();
  const JsonValue given = request["dimensions"];
  const std::int64_t dimensions = given.integer().value_or(0);
  if (given && (dimensions < 1 || dimensions > kDimensionsMax)) {
    return translation.refuse("dimensions", "it must be a whole number above 0");
  }
  const std::string options = options_of(request, dimensions);
  const JsonValue input = request["input"];
  if (input.is_string()) add(input, options);
  std::size_t count = 0;
  for (const JsonValue one : input.elements()) {
    if (!one.is_string()) {
      return translation.refuse("input", "this provider embeds texts, not tokens");
    }
    if (++count > kInputsMax) return translation.refuse("input", "at most 2048 texts at once");
    add(one, options);
  }
  if (batches_.empty()) return translation.refuse("input", "it must be a text or a list of texts");
  return true;
}

bool Embeddings::build(std::string_view body, Translation& translation, UpstreamRequest& out) {
  if (batches_.empty() && !read(body, translation)) return false;
  const Batch& batch = batches_[std::min(sent_, batches_.size() - 1)];
  ++sent_;
  answered_ = false;
  const bool alone = batches_.size() == 1 && batch.count == 1;
  out.target = model_path(model_) + (alone ? ":embedContent" : ":batchEmbedContents");
  if (!alone) out.body.add("{\"requests\":[");
  out.body.add(batch.body);
  if (!alone) out.body.add("]}");
  return true;
}

Outcome Embeddings::fail(UpstreamError error) {
  error_ = std::move(error);
  return Outcome::kFailed;
}

bool Embeddings::say(JsonValue vector, sdk::Sink& sink) {
  const JsonValue values = vector["values"];
  std::uint32_t dims = 0;
  for (const JsonValue value : values.elements()) {
    if (value.kind() != JsonKind::kNumber) return false;
    ++dims;
  }
  if (dims == 0) return false;
  sink.embedding(said_++, PBAY_VEC_JSON, dims, one_line(values, line_));
  return true;
}

Outcome Embeddings::piece(std::string_view data, sdk::Sink& sink) {
  if (!json_.parse(trimmed(data)) || !json_.root().is_object()) {
    return fail(upstream_fault("the upstream sent an answer that is not JSON"));
  }
  const JsonValue root = json_.root();
  if (const JsonValue error = root["error"]) return fail(classify_vendor_value(error));
  if (said_ == 0) sink.meta({.model = model_});

  const std::uint32_t before = said_;
  bool sound = true;
  if (root["embedding"].is_object()) sound = say(root["embedding"], sink);
  for (const JsonValue vector : root["embeddings"].elements())
    sound = sound && say(vector, sink);
  if (!sound || said_ - before != batches_[sent_ - 1].count) {
    return fail(upstream_fault("the upstream sent another number of vectors than of texts"));
  }
  answered_ = true;
  const auto tokens = root["usageMetadata"]["promptTokenCount"].integer();
  if (tokens && *tokens >= 0 && *tokens <= INT32_MAX)
    tokens_ = std::max<std::int64_t>(tokens_, 0) + *tokens;
  return Outcome::kMore;
}

Outcome Embeddings::end(sdk::Sink& sink) {
  if (!answered_) return fail(upstream_fault("the upstream sent no answer"));
  if (sent_ < batches_.size()) return Outcome::kNext;
  if (tokens_ >= 0) {
    pbay_ev_usage usage = sdk::unknown_usage();
    usage.input = tokens_;
    usage.output = 0;
    sink.usage(usage);
  }
  return Outcome::kDone;
}

}  // namespace patchbay::plugins::gemini
