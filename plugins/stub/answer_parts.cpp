// What the answers of each mode consist of.

#include <algorithm>
#include <utility>

#include "plugins/shared/openai_choice.hpp"
#include "plugins/stub/answer_plan.hpp"
#include "plugins/stub/picture.hpp"

namespace patchbay::plugins::stub {
namespace {

constexpr std::string_view kDefaultReply = "Hello from Patchbay";
constexpr std::size_t kSpokenWordsMax = 40;  // ten seconds
constexpr std::uint32_t kSquares = 8;        // of a complete image
constexpr std::size_t kSegmentWords = 5;
constexpr std::int64_t kTokensOfASecond = 10;
constexpr std::int64_t kMicroseconds = 1'000'000;

void say_content(const ChatRequest& request, Plan& plan) {
  const Script& script = plan.script();
  if (script.refusal) return plan.add_item(PieceKind::kRefusal, *script.refusal);
  if (script.tokens) return plan.add_words(*script.tokens);
  std::string text;
  if (script.echo) {
    text = request.last_user_text;
  } else if (script.image) {
    text = "![Generated Image](" + *script.image + ")";
  } else if (script.reply) {
    text = *script.reply;
  } else if (script.tools.empty()) {
    text = kDefaultReply;
  }
  plan.add_item(PieceKind::kText, plan.keep(std::move(text)));
}

// A script's own word counts as it is; only "stop" beside tool calls would be a contradiction.
void finish(Plan& plan) {
  const Script& script = plan.script();
  const bool called = !script.tools.empty();
  std::string word = script.finish.value_or(called ? "tool_calls" : "stop");
  const std::int32_t reason = finish_reason_of(word, called);
  plan.finish_with(std::move(word), reason);
}

std::string seconds_text(std::int64_t us) {
  const std::int64_t hundredths = us / (kMicroseconds / 100);
  const std::string digits = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + (digits.size() < 2 ? ".0" : ".") + digits;
}

std::string transcript_of(const TranscriptionRequest& request) {
  std::string text = request.translated ? "In English: you sent " : "You sent ";
  text += request.file_name.empty() ? "a recording" : "the recording " + request.file_name;
  text += " of " + std::to_string(request.bytes) + " bytes";
  if (!request.content_type.empty()) text += ", of type " + request.content_type;
  return text + ", that lasts " + seconds_text(request.duration_us) + " seconds.";
}

// The words of the transcript once more, some at a time, over the time that the recording lasts.
void add_segments(std::int64_t duration_us, Plan& plan) {
  std::vector<std::string_view> words;
  for (const Piece& piece : plan.pieces()) {
    if (piece.kind == PieceKind::kText) words.push_back(piece.text);
  }
  const auto time_at = [&](std::size_t word) {
    return duration_us / static_cast<std::int64_t>(words.size()) * static_cast<std::int64_t>(word);
  };
  for (std::size_t at = 0; at < words.size(); at += kSegmentWords) {
    const std::size_t end = std::min(at + kSegmentWords, words.size());
    std::string text;
    for (std::size_t i = at; i < end; ++i)
      text += words[i];
    plan.add(PieceKind::kSegment,
             0,
             plan.keep(std::move(text)),
             {.begin_us = time_at(at), .end_us = end == words.size() ? duration_us : time_at(end)});
  }
}

}  // namespace

void lay_out_chat(Script script, const ChatRequest& request, Plan& plan) {
  // A tool that the request demands comes before what was configured to be said, but not before
  // what this request's own script says.
  if (request.tool_is_forced && !request.script.says_what() && script.tools.empty()) {
    Script forced;
    forced.tools.push_back(request.forced_tool);
    script.put_over(std::move(forced));
  }
  plan.begin(
      std::move(script),
      {.id_prefix = "chatcmpl-stub-", .choices = request.choices, .place = request.message_count});
  if (plan.script().reasoning) plan.add_item(PieceKind::kReasoning, *plan.script().reasoning);
  say_content(request, plan);
  for (const ScriptedTool& tool : plan.script().tools)
    plan.add_tool(tool);
  finish(plan);
  plan.count(request.prompt_words);
}

// There is text, and nothing else.
void lay_out_completion(Script script, const ChatRequest& request, Plan& plan) {
  if (script.refusal) {
    Script refusing;
    refusing.reply = std::move(script.refusal);
    script.put_over(std::move(refusing));
  }
  script.tools.clear();
  plan.begin(std::move(script), {.id_prefix = "cmpl-stub-", .choices = request.choices});
  say_content(request, plan);
  finish(plan);
  plan.count(request.prompt_words);
}

void lay_out_images(Script script, const ImageRequest& request, Plan& plan) {
  plan.begin(std::move(script), {.id_prefix = "img-stub-"});
  const std::uint64_t seed = hash_of(request.prompt) ^ request.uploaded;
  const auto& scripted = plan.script().image;
  for (std::uint32_t item = 0; item < static_cast<std::uint32_t>(request.count); ++item) {
    Details details{
        .type = request.as_url ? "" : "image/png",
        .is_drawn = true,
        .picture = {.seed = seed + item, .width = request.width, .height = request.height}};
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(request.previews); ++i) {
      details.number = i;
      details.picture.squares = 1U << static_cast<unsigned>(i);
      plan.add(PieceKind::kPreview, item, {}, details);
    }
    details.picture.squares = kSquares;
    if (scripted) {
      plan.add(PieceKind::kImage, item, *scripted, {});
    } else {
      plan.add(PieceKind::kImage, item, {}, details);
    }
    plan.add({.kind = PieceKind::kItemEnd, .item = item});
  }
  finish(plan);
  plan.count(count_words(request.prompt));
}

void lay_out_vectors(Script script, EmbeddingRequest request, Plan& plan) {
  plan.begin(std::move(script), {.id_prefix = "emb-stub-", .finish = false});
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    plan.add(PieceKind::kVector,
             static_cast<std::uint32_t>(i),
             plan.keep(std::move(request.inputs[i])),
             {.number = static_cast<std::int32_t>(request.dimensions)});
  }
  plan.count(request.words);
}

void lay_out_speech(Script script, const SpeechRequest& request, Plan& plan) {
  plan.begin(std::move(script), {.finish = false, .usage = false});
  std::vector<std::string> words;
  for (std::string_view rest = request.input; words.size() < kSpokenWordsMax;) {
    const std::size_t begin = rest.find_first_not_of(" \t\r\n");
    if (begin == rest.npos) break;
    const std::size_t end = std::min(rest.find_first_of(" \t\r\n", begin), rest.size());
    words.emplace_back(rest.substr(begin, end - begin));
    rest.remove_prefix(end);
  }
  if (words.empty()) words.emplace_back();
  auto head_of = static_cast<std::int32_t>(words.size());
  for (std::string& word : words) {
    plan.add(
        PieceKind::kAudio,
        0,
        plan.keep(std::move(word)),
        {.type = request.is_pcm ? "audio/pcm" : "audio/wav", .number = std::exchange(head_of, 0)});
  }
}

void lay_out_transcript(Script script, const TranscriptionRequest& request, Plan& plan) {
  plan.begin(std::move(script), {.id_prefix = "trans-stub-", .finish = false});
  if (plan.script().tokens) {
    plan.add_words(*plan.script().tokens);
  } else {
    plan.add_item(PieceKind::kText,
                  plan.keep(plan.script().reply.value_or(transcript_of(request))));
  }
  add_segments(request.duration_us, plan);
  std::string language;
  append_quoted(language, request.translated ? "en" : request.language);
  plan.add({.kind = PieceKind::kLanguage, .item = 0, .text = plan.keep(std::move(language))});
  plan.add({.kind = PieceKind::kDuration,
            .item = 0,
            .text = plan.keep(seconds_text(request.duration_us))});
  plan.count(request.prompt_words +
             (request.duration_us * kTokensOfASecond + kMicroseconds - 1) / kMicroseconds);
}

}  // namespace patchbay::plugins::stub
