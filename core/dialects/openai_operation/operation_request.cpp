#include "core/dialects/openai_operation/operation_request.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>
#include <utility>

namespace patchbay::dialects::openai_operation {
namespace {

chat::Failure missing(std::string_view name) {
  return chat::bad_request("Missing required parameter: '" + std::string(name) + "'.",
                           std::string(name),
                           "missing_required_parameter");
}

chat::Failure wrong_type(std::string_view name, std::string_view expected, std::string_view got) {
  return chat::bad_request("Invalid type for '" + std::string(name) + "': expected " +
                               std::string(expected) + ", but got " + std::string(got) +
                               " instead.",
                           std::string(name),
                           "invalid_type");
}

bool boolean_or_absent(const json::Wanted& member) {
  return !member.found || member.kind == json::Kind::kTrue || member.kind == json::Kind::kFalse ||
         member.kind == json::Kind::kNull;
}

// The fields that are texts, by name; how the answer is written hangs on them.
constexpr std::array<std::pair<std::string_view, std::string OperationRequest::*>, 4> kFormats{
    {{"response_format", &OperationRequest::response_format},
     {"encoding_format", &OperationRequest::encoding_format},
     {"stream_format", &OperationRequest::stream_format},
     {"output_format", &OperationRequest::output_format}}};

constexpr std::size_t kRequiredMax = 4;
constexpr std::size_t kFirstFormat = 3;
constexpr std::size_t kFirstRequired = kFirstFormat + kFormats.size();

}  // namespace

ReadResult read_json(json::Padded body, std::span<const std::string_view> required) {
  std::array<json::Wanted, kFirstRequired + kRequiredMax> all{
      {{.path = "model"}, {.path = "stream"}, {.path = "stream_options.include_usage"}}};
  for (std::size_t i = 0; i < kFormats.size(); ++i)
    all[kFirstFormat + i].path = kFormats[i].first;
  std::size_t count = kFirstRequired;
  for (const std::string_view name : required) {
    if (!name.empty() && count < all.size()) all[count++].path = name;
  }
  const std::span<json::Wanted> wanted = std::span(all).first(count);
  if (auto scanned = json::scan(body, wanted); !scanned) {
    return chat::bad_request(scanned.error().message, {}, "invalid_json");
  }
  const auto& [model, stream, include_usage] = std::tie(all[0], all[1], all[2]);
  if (model.found && model.kind != json::Kind::kString) {
    return wrong_type("model", "a string", json::kind_name(model.kind));
  }
  for (const json::Wanted* flag : {&stream, &include_usage}) {
    if (!boolean_or_absent(*flag)) {
      return wrong_type(flag->path, "a boolean", json::kind_name(flag->kind));
    }
  }
  for (const json::Wanted& member : wanted.subspan(kFirstRequired)) {
    if (!member.found || member.kind == json::Kind::kNull) return missing(member.path);
  }

  OperationRequest request;
  std::string scratch;
  if (model.found) {
    request.model = json::string_of(body.text(), model, scratch);
    request.model_value = model.span;
  }
  request.stream = stream.is(json::Kind::kTrue);
  request.include_usage = include_usage.is(json::Kind::kTrue);
  for (std::size_t i = 0; i < kFormats.size(); ++i) {
    const json::Wanted& format = all[kFirstFormat + i];
    if (format.is(json::Kind::kString)) {
      request.*kFormats[i].second = json::string_of(body.text(), format, scratch);
    }
  }
  return request;
}

ReadResult read_fields(const std::vector<http::FormPart>& parts,
                       std::span<const std::string_view> required) {
  for (const std::string_view name : required) {
    if (name.empty() || http::find_part(parts, name) != nullptr) continue;
    if (http::find_part(parts, std::string(name) + "[]") == nullptr) return missing(name);
  }
  OperationRequest request;
  if (const http::FormPart* model = http::find_part(parts, "model")) request.model = model->content;
  if (const http::FormPart* stream = http::find_part(parts, "stream")) {
    if (stream->content != "true" && stream->content != "false") {
      return wrong_type("stream", "true or false", "another text");
    }
    request.stream = stream->content == "true";
  }
  for (const auto& [name, member] : kFormats) {
    if (const http::FormPart* format = http::find_part(parts, name)) {
      request.*member = format->content;
    }
  }
  return request;
}

}  // namespace patchbay::dialects::openai_operation
