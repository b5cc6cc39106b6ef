#include <string_view>

#include "core/check/samples.hpp"
#include "core/json/write.hpp"

namespace patchbay::check {
namespace {

Headers typed(const char* type) {
  return {{"content-type", type}};
}

constexpr const char* kJson = "application/json";
constexpr const char* kEvents = "text/event-stream";

constexpr std::string_view kChatStream =
    R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m-1","choices":[{"index":0,"delta":{"content":"Hello \"you\" \u00e9"},"finish_reason":null}]}

: a comment

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":"}}]},"finish_reason":null}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Oslo\"}"}}]},"finish_reason":null}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,"total_tokens":16}}

data: [DONE]

)";

constexpr std::string_view kChat =
    R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}})";
constexpr std::string_view kTextStream =
    R"(data: {"id":"cmpl-1","object":"text_completion","created":1700000000,"model":"m-1","choices":[{"index":0,"text":"Hello","finish_reason":null}]}

data: {"id":"cmpl-1","object":"text_completion","created":1700000000,"model":"m-1","choices":[{"index":0,"text":"","finish_reason":"stop"}]}

data: [DONE]

)";
constexpr std::string_view kText =
    R"({"id":"cmpl-1","object":"text_completion","created":1700000000,"model":"m-1","choices":[{"index":0,"text":"Hello","finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":1,"total_tokens":5}})";
constexpr std::string_view kEmbeddings =
    R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,-1,0.5]},{"object":"embedding","index":1,"embedding":[0,1e-3,2]}],"model":"m-1","usage":{"prompt_tokens":4,"total_tokens":4}})";
constexpr std::string_view kImages =
    R"({"created":1700000000,"data":[{"b64_json":"iVBORw0KGgo=","revised_prompt":"a red cube"},{"url":"https://images.example/1.png"}],"usage":{"input_tokens":5,"output_tokens":9,"total_tokens":14}})";
constexpr std::string_view kTranscript =
    R"({"task":"transcribe","language":"english","duration":1.5,"text":"Hello.","segments":[{"id":0,"start":0.0,"end":1.5,"text":"Hello."}]})";
constexpr std::string_view kModeration =
    R"({"id":"modr-1","model":"m-1","results":[{"flagged":false,"categories":{"violence":false},"category_scores":{"violence":0.01}}]})";
constexpr std::string_view kModels =
    R"({"object":"list","data":[{"id":"m-1","object":"model","created":1700000000,"owned_by":"somebody"},{"id":"m-2","object":"model"}]})";

std::vector<AnswerSample> good_answers(pbay_mode mode, const std::string& dialect) {
  const auto json = [](std::string_view body) {
    return AnswerSample{"a good answer", 200, typed(kJson), std::string(body)};
  };
  const auto stream = [](std::string_view body) {
    return AnswerSample{"a good stream", 200, typed(kEvents), std::string(body)};
  };
  switch (mode) {
    case PBAY_MODE_CHAT:
      if (dialect == "openai.completions/1") return {stream(kTextStream), json(kText)};
      return {stream(kChatStream), json(kChat)};
    case PBAY_MODE_EMBEDDING:
      return {json(kEmbeddings)};
    case PBAY_MODE_IMAGE:
      return {json(kImages)};
    case PBAY_MODE_TRANSCRIBE:
      return {json(kTranscript), {"a good text", 200, typed("text/plain"), "Hello."}};
    case PBAY_MODE_SPEECH:
      return {{"a good sound", 200, typed("audio/mpeg"), std::string("\xff\xfb\x90\0abc", 7)}};
    case PBAY_MODE_MODERATION:
      return {json(kModeration)};
    case PBAY_MODE_MODELS:
      return {json(kModels)};
    default:
      return {json("{}")};
  }
}

std::string quoted(const std::string& text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

}  // namespace

std::vector<AnswerSample> answers_for(pbay_mode mode, const std::string& dialect) {
  std::vector<AnswerSample> out = good_answers(mode, dialect);
  out.push_back({"an empty object", 200, typed(kJson), "{}"});
  out.push_back({"a list", 200, typed(kJson), R"([{"candidates":[]},1,null])"});
  out.push_back({"an empty body", 200, typed(kJson), ""});
  out.push_back({"an empty stream", 200, typed(kEvents), ""});
  out.push_back({"a stream of nothing known",
                 200,
                 typed(kEvents),
                 "event: ping\ndata: {}\n\ndata: {\"type\":\"none\"}\n\ndata: [DONE]\n\n"});
  out.push_back(
      {"a stream that is no JSON", 200, typed(kEvents), "data: hello\n\ndata: {\"a\":\n\n"});
  out.push_back({"an error in a stream",
                 200,
                 typed(kEvents),
                 "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                 "\"message\":\"Overloaded\"}}\n\n"});
  out.push_back({"an error in a good answer",
                 200,
                 typed(kJson),
                 R"({"error":{"code":500,"message":"Internal error","status":"INTERNAL"}})"});
  out.push_back({"a web page", 200, typed("text/html"), "<html><body>Log in</body></html>"});
  out.push_back({"no content type", 200, {}, "{\"choices\":[]}"});
  out.push_back({"no content", 204, {}, ""});
  out.push_back({"a redirect", 302, {{"location", "https://elsewhere.example/"}}, ""});
  return out;
}

std::vector<AnswerSample> refusals(const std::string& secret) {
  std::vector<AnswerSample> out;
  const std::string words = "Incorrect key provided: " + (secret.empty() ? "k-1" : secret) + ".";
  for (const int status : {400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529, 599}) {
    const std::string number = std::to_string(status);
    const auto add = [&](const char* name, const char* type, std::string body) {
      Headers headers = typed(type);
      if (status == 429) headers.emplace_back("retry-after", "2");
      out.push_back({number + " with " + name, status, std::move(headers), std::move(body)});
    };
    add("an error object",
        kJson,
        "{\"error\":{\"message\":" + quoted(words) +
            R"(,"type":"some_error","param":null,"code":"some_code"}})");
    add("an error of another form",
        kJson,
        "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":" + quoted(words) +
            "}}");
    add("an error text", kJson, "{\"error\":" + quoted(words) + "}");
    add("a list of errors",
        kJson,
        "[{\"error\":{\"code\":" + number + ",\"message\":" + quoted(words) + "}}]");
    add("a detail", kJson, "{\"detail\":[{\"loc\":[\"body\"],\"msg\":" + quoted(words) + "}]}");
    add("a web page", "text/html", "<html><head><title>" + number + "</title></head></html>");
    add("plain text", "text/plain", words);
    add("nothing", kJson, "");
    add("broken JSON", kJson, "{\"error\":{\"message\":\"cut of");
    add("a number", kJson, "17");
    add("a deep body", kJson, std::string(2000, '['));
    if (status != 400 && status != 429 && status != 500) continue;
    add("a huge body",
        kJson,
        "{\"error\":{\"message\":\"" + std::string(250'000, 'x') + "\",\"code\":null}}");
  }
  return out;
}

}  // namespace patchbay::check
