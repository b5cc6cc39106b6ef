#include "core/dialects/openai_operation/operation_request.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace patchbay::dialects::openai_operation {
namespace {

constexpr std::array<std::string_view, 2> kRequired{"input", ""};

// The request that `body` is; its failure's field and code otherwise.
ReadResult read(std::string body) {
  const std::size_t size = body.size();
  body.append(json::Padded::kBytes, '\0');
  return read_json(json::Padded(std::string_view(body).substr(0, size)), kRequired);
}

std::string param_of(const ReadResult& result) {
  const auto* failure = std::get_if<chat::Failure>(&result);
  return failure == nullptr ? "none" : failure->param + " " + failure->code;
}

TEST(OperationRequest, ReadsWhatItNeedsOfJson) {
  const std::string body =
      R"({"model":"m", "input":[1], "stream":true, "encoding_format":"base64", "x":{}})";
  const auto result = read(body);
  const auto& request = std::get<OperationRequest>(result);
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(body.substr(request.model_value.begin, request.model_value.size()), "\"m\"");
  EXPECT_TRUE(request.stream);
  EXPECT_EQ(request.encoding_format, "base64");
  EXPECT_EQ(request.response_format, "");
}

TEST(OperationRequest, NamesTheFieldThatIsWrong) {
  EXPECT_EQ(param_of(read(R"({"model":"m"})")), "input missing_required_parameter");
  EXPECT_EQ(param_of(read(R"({"input":null})")), "input missing_required_parameter");
  EXPECT_EQ(param_of(read(R"({"input":"a","model":7})")), "model invalid_type");
  EXPECT_EQ(param_of(read(R"({"input":"a","stream":"yes"})")), "stream invalid_type");
  EXPECT_EQ(param_of(read(R"({"input":)")), " invalid_json");
}

http::FormPart part(std::string name, std::string_view content) {
  return {.name = std::move(name), .filename = {}, .content_type = {}, .content = content};
}

TEST(OperationRequest, ReadsForms) {
  constexpr std::array<std::string_view, 1> kImage{"image"};
  const auto result = read_fields({part("image[]", "png"),
                                   part("image[]", "png"),
                                   part("model", "m"),
                                   part("stream", "false"),
                                   part("response_format", "url")},
                                  kImage);
  const auto& request = std::get<OperationRequest>(result);
  EXPECT_EQ(request.model, "m");
  EXPECT_FALSE(request.stream);
  EXPECT_EQ(request.response_format, "url");
  EXPECT_EQ(param_of(read_fields({part("model", "m")}, kImage)),
            "image missing_required_parameter");
  EXPECT_EQ(param_of(read_fields({part("image", "x"), part("stream", "1")}, kImage)),
            "stream invalid_type");
}

}  // namespace
}  // namespace patchbay::dialects::openai_operation
