// Whatever events come, in whatever order, each dialect's stream can be read by the rules that its
// strictest client holds it to.

#include <array>
#include <map>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "core/dialects/conversation_api/encoder.hpp"
#include "core/dialects/data_stream/encoder.hpp"
#include "core/dialects/json_lines/encoder.hpp"
#include "core/dialects/prompt_chat/encoder.hpp"
#include "core/dialects/thread_chat/encoder.hpp"
#include "core/dialects/ui_message_stream/encoder.hpp"
#include "core/json/value.hpp"
#include "tests/unit/dialects/answer.hpp"

namespace patchbay::dialects {
namespace {

using json::Kind;
using test::Lines;
using test::split;

// Texts that break careless writers. Those of the second list may also pass as escaped.
constexpr std::array<std::string_view, 10> kTexts{"",
                                                  "plain",
                                                  "a\nb\r\n\nc",
                                                  "\"quoted\" \\ slash",
                                                  "\x01\x1F\x7F",
                                                  "\xE2\x80\xA8 \xE2\x80\xA9 \xC2\x85",
                                                  "\xF0\x9F\x98\x80 \xC3\xA9",
                                                  "broken \xFF\xC3 utf-8 \xE2\x80",
                                                  "data: [DONE]\n\nd:{}",
                                                  "{\"x\":1}"};
constexpr std::array<std::string_view, 6> kEscaped{
    "plain", R"(a\nb\"c)", R"(\u00e9\ud83d\ude00)", R"(\ud83d)", "\xE2\x80\xA8", R"({\"x\":1})"};
constexpr std::array<std::string_view, 5> kArguments{"{", "\"x\"", ": 1", "}", "[\n]"};
constexpr std::array<std::string_view, 4> kAnnotations{
    "[]",
    "not json",
    R"({"type":"url_citation"})",
    R"([{"type":"url_citation","url_citation":{"url":"https://x.example/\n","title":"T"}}])"};
constexpr std::array<std::string_view, 4> kFormats{"vendor.signature", "vendor.redacted", "x", ""};
constexpr std::array<std::string_view, 3> kUrls{
    "https://x.example/a b", "data:image/gif;base64,R0lG", "data:nothing"};

// Random events whose texts outlive them.
class Source {
 public:
  explicit Source(unsigned seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_() % end); }

  template <std::size_t Size>
  std::string_view one_of(const std::array<std::string_view, Size>& list) {
    return list[below(Size)];
  }

  // Hands one event to `take`.
  template <typename Take>
  void event(Take take) {
    const std::uint32_t item = below(3);
    const std::uint32_t choice = below(8) == 0 ? 1 : 0;
    switch (below(11)) {
      case 0:
        return take(test::meta("id", "model", 1).h);
      case 1:
      case 2:
      case 3: {
        constexpr std::array<std::uint32_t, 3> kTypes{
            PBAY_EV_TEXT, PBAY_EV_REASONING, PBAY_EV_REFUSAL};
        return take(some_text(kTypes[below(3)], choice, item).h);
      }
      case 4: {
        auto tool = test::tool(below(4) == 0 ? "" : "call\n\"1", one_of(kTexts), item);
        tool.h.choice = choice;
        return take(tool.h);
      }
      case 5:
        return take(test::text(PBAY_EV_TOOL_ARGS, one_of(kArguments), choice, item).h);
      case 6:
        return take(test::item_end(item));
      case 7:
        return take(test::signature(one_of(kFormats), one_of(kTexts), item).h);
      case 8: {
        auto image = test::image(
            static_cast<std::int32_t>(below(3)) + 1, one_of(kUrls), one_of(kTexts), one_of(kTexts));
        image.partial = static_cast<std::int32_t>(below(3)) - 1;
        return take(image.h);
      }
      case 9:
        return take(test::extra(PBAY_AT_DELTA, "annotations", one_of(kAnnotations)).h);
      default:
        if (below(2) == 0) return take(test::usage(below(9), -1).h);
        return take(test::finish(static_cast<std::int32_t>(below(8)), choice).h);
    }
  }

 private:
  pbay_ev_text some_text(std::uint32_t type, std::uint32_t choice, std::uint32_t item) {
    if (below(2) == 0) return test::text(type, one_of(kTexts), choice, item);
    auto made = test::escaped(type, one_of(kEscaped), item);
    made.h.choice = choice;
    return made;
  }

  std::mt19937 random_;
};

template <typename Encoder>
struct Stream {
  std::string text;
  bool failed = false;
};

template <typename Encoder>
Stream<Encoder> stream_of(unsigned seed, typename Encoder::Options options) {
  Source source(seed);
  Encoder encoder(std::move(options));
  Stream<Encoder> stream;
  for (std::uint32_t left = source.below(24); left > 0; --left) {
    source.event([&](const pbay_event& event) {
      EXPECT_EQ(encoder.on_event(event, stream.text), PBAY_OK);
      if (source.below(12) == 0) stream.text += encoder.keep_alive();
    });
  }
  stream.failed = source.below(4) == 0;
  if (stream.failed) {
    chat::Failure failure;
    failure.message = source.one_of(kTexts);
    encoder.fail(failure, stream.text);
  } else {
    encoder.finish(stream.text);
  }
  // No reader may find another end of a line in it than the dialect's own.
  for (const char* separator : {"\r", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xC2\x85"})
    EXPECT_EQ(stream.text.find(separator), std::string::npos);
  return stream;
}

std::string text_of(const json::Value& object, std::string_view member) {
  const json::Value* value = object.find(member);
  return std::string(value == nullptr ? "" : value->as_string().value_or(""));
}

constexpr unsigned kSeeds = 4000;

void check_data_stream(const Lines& lines, bool failed) {
  std::string codes;
  std::set<std::string> begun;
  for (const std::string& line : lines) {
    if (line.empty()) continue;
    ASSERT_GE(line.size(), 3U);
    ASSERT_EQ(line[1], ':') << line;
    const auto value = json::parse(std::string_view(line).substr(2));
    ASSERT_TRUE(value) << line;
    codes += line[0];
    const std::string id = text_of(*value, "toolCallId");
    switch (line[0]) {
      case '0':
      case 'g':
      case '3':
        EXPECT_TRUE(value->is(Kind::kString)) << line;
        break;
      case 'b':
        begun.insert(id);
        break;
      case 'c':
        EXPECT_TRUE(begun.contains(id)) << line;
        break;
      case '9':
        EXPECT_TRUE(begun.contains(id)) << line;
        ASSERT_NE(value->find("args"), nullptr);
        EXPECT_TRUE(value->find("args")->is(Kind::kObject)) << line;
        break;
      case 'e':
      case 'd':
        EXPECT_EQ(text_of(*value, "finishReason").find('_'), std::string::npos);
        EXPECT_TRUE(value->find("usage")->find("promptTokens")->as_int64());
        EXPECT_TRUE(value->find("usage")->find("completionTokens")->as_int64());
        break;
      default:
        EXPECT_NE(std::string("fhijk").find(line[0]), std::string::npos) << line;
    }
  }
  const std::string end = failed ? "3" : "ed";
  EXPECT_TRUE(codes.ends_with(end)) << codes;
  EXPECT_EQ(codes.find_first_of("3ed"), codes.size() - end.size()) << codes;
  if (codes != "3") {
    EXPECT_EQ(codes.find_last_of('f'), 0U) << codes;
  }
}

TEST(AnyEvents, MakeADataStream) {
  for (unsigned seed = 0; seed < kSeeds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const auto stream =
        stream_of<data_stream::Encoder>(seed, {.message_id = "m", .image_mode = seed % 2 == 0});
    check_data_stream(split(stream.text, "\n"), stream.failed);
  }
}

void check_ui_part(const json::Value& part,
                   std::set<std::string>& open,
                   std::set<std::string>& tools) {
  const std::string type = text_of(part, "type");
  const std::string kind = type.substr(0, type.rfind('-'));
  const std::string key = kind + text_of(part, "id");
  const std::string call = text_of(part, "toolCallId");
  if (type == "text-start" || type == "reasoning-start") {
    EXPECT_TRUE(open.insert(key).second) << key;
  } else if (type == "text-delta" || type == "reasoning-delta") {
    EXPECT_TRUE(open.contains(key)) << key;
  } else if (type == "text-end" || type == "reasoning-end") {
    EXPECT_EQ(open.erase(key), 1U) << key;
  } else if (type == "tool-input-start") {
    tools.insert(call);
  } else if (type == "tool-input-delta" || type == "tool-input-available") {
    EXPECT_TRUE(tools.contains(call)) << type;
  } else if (type == "finish-step") {
    EXPECT_TRUE(open.empty());
  } else {
    const std::set<std::string> known{
        "start", "start-step", "file", "source-url", "finish", "error"};
    EXPECT_TRUE(known.contains(type)) << type;
  }
}

TEST(AnyEvents, MakeAUiMessageStream) {
  for (unsigned seed = 0; seed < kSeeds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const auto stream = stream_of<ui_message_stream::Encoder>(seed, {.message_id = "m"});
    std::set<std::string> open;
    std::set<std::string> tools;
    std::string last;
    for (const std::string& event : split(stream.text, "\n\n")) {
      EXPECT_EQ(event.find('\n'), std::string::npos);
      if (event.starts_with(":")) continue;
      ASSERT_TRUE(event.starts_with("data: ")) << event;
      last = event.substr(6);
      if (last == "[DONE]") break;
      const auto part = json::parse(last);
      ASSERT_TRUE(part) << event;
      check_ui_part(*part, open, tools);
    }
    EXPECT_EQ(last == "[DONE]", !stream.failed);
  }
}

TEST(AnyEvents, MakeJsonLines) {
  for (unsigned seed = 0; seed < kSeeds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const auto stream = stream_of<json_lines::Encoder>(seed, {.message_id = "m"});
    const Lines lines = split(stream.text, "\n");
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto value = json::parse(lines[i]);
      ASSERT_TRUE(value) << lines[i];
      const bool last = i + 1 == lines.size();
      EXPECT_EQ(value->find("content") == nullptr, last) << lines[i];
      const char* end = stream.failed ? "error" : "done";
      EXPECT_EQ(value->find(end) != nullptr, last) << lines[i];
    }
  }
}

// The events of a stream, each a line of data, with the name of the event in front where it has
// one.
Lines text_events(const std::string& stream) {
  Lines seen;
  for (const std::string& event : split(stream, "\n\n")) {
    if (event.starts_with(":")) continue;
    const std::size_t data = event.find("data: ");
    if (data == std::string::npos) {
      ADD_FAILURE() << event;
      continue;
    }
    const std::string name = event.substr(0, data);
    EXPECT_TRUE(name.empty() || (name.starts_with("event: ") && name.ends_with('\n'))) << event;
    EXPECT_EQ(event.find('\n', data), std::string::npos) << event;
    seen.push_back(event.substr(data + 6));
  }
  return seen;
}

template <typename Encoder>
void check_text_events(std::string_view text, std::string_view end, bool done_after_errors) {
  for (unsigned seed = 0; seed < kSeeds && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    const auto stream = stream_of<Encoder>(seed, typename Encoder::Options{});
    Lines events = text_events(stream.text);
    if (done_after_errors) {
      ASSERT_EQ(events.back(), "[DONE]");
      events.pop_back();
    }
    const std::string_view last = stream.failed ? "error" : end;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto value = json::parse(events[i]);
      ASSERT_TRUE(value) << events[i];
      const bool ends = i + 1 == events.size() && !last.empty();
      EXPECT_EQ(value->find(ends ? last : text) == nullptr, false) << events[i];
      EXPECT_EQ(value->members().size(), 1U) << events[i];
    }
  }
}

TEST(AnyEvents, MakeStreamsOfText) {
  check_text_events<prompt_chat::Encoder>("content", "", true);
  check_text_events<conversation_api::Encoder>("content", "done", false);
  check_text_events<thread_chat::Encoder>("text", "response_id", false);
}

}  // namespace
}  // namespace patchbay::dialects
