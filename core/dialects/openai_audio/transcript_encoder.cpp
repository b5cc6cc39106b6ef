#include "core/dialects/openai_audio/transcript_encoder.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/chat/event.hpp"
#include "core/dialects/openai_chat/vocabulary.hpp"
#include "core/json/scan.hpp"
#include "core/json/write.hpp"

namespace patchbay::dialects::openai_audio {
namespace {

using chat::event_as;
using chat::view;

constexpr std::array<std::pair<std::string_view, TranscriptForm>, 6> kForms{
    {{"", TranscriptForm::kJson},
     {"json", TranscriptForm::kJson},
     {"verbose_json", TranscriptForm::kVerboseJson},
     {"text", TranscriptForm::kText},
     {"srt", TranscriptForm::kSrt},
     {"vtt", TranscriptForm::kVtt}}};

double seconds(std::int64_t microseconds) {
  return static_cast<double>(microseconds) / 1e6;
}

// "00:01:02,345", with the sign that the format puts before the milliseconds.
std::string clock_time(std::int64_t microseconds, char point) {
  const std::int64_t ms = std::max<std::int64_t>(microseconds, 0) / 1000;
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(),
                                 text.size(),
                                 "%02lld:%02lld:%02lld%c%03lld",
                                 static_cast<long long>(ms / 3'600'000),
                                 static_cast<long long>(ms / 60'000 % 60),
                                 static_cast<long long>(ms / 1000 % 60),
                                 point,
                                 static_cast<long long>(ms % 1000));
  return {text.data(), static_cast<std::size_t>(size)};
}

// The text that the inside of a JSON string stands for.
std::string unescaped(const std::string& escaped) {
  const std::string object = "{\"t\":\"" + escaped + "\"}";
  std::array<json::Wanted, 1> wanted{{{.path = "t"}}};
  if (!json::scan(object, wanted) || !wanted[0].is(json::Kind::kString)) return escaped;
  std::string scratch;
  return std::string(json::string_of(object, wanted[0], scratch));
}

}  // namespace

std::optional<TranscriptForm> transcript_form_of(std::string_view response_format) {
  for (const auto& [word, form] : kForms) {
    if (word == response_format) return form;
  }
  return std::nullopt;
}

std::string_view TranscriptEncoder::content_type() const {
  if (options().stream) return "text/event-stream";
  switch (form_) {
    case TranscriptForm::kText:
    case TranscriptForm::kSrt:
    case TranscriptForm::kVtt:
      return "text/plain; charset=utf-8";
    default:
      return "application/json";
  }
}

pbay_status TranscriptEncoder::on_event(const pbay_event& event, std::string& out) {
  switch (event.type) {
    case PBAY_EV_TEXT: {
      const auto* text = event_as<pbay_ev_text>(event);
      if (text == nullptr || !hold(text->text.len)) return PBAY_E_PROTOCOL;
      const std::size_t before = escaped_.size();
      openai_chat::append_text(escaped_, event, view(text->text));
      if (options().stream) {
        append_event(
            out,
            {},
            R"({"type":"transcript.text.delta","delta":")" + escaped_.substr(before) + "\"}");
      }
      return PBAY_OK;
    }
    case PBAY_EV_SEGMENT: {
      const auto* segment = event_as<pbay_ev_segment>(event);
      if (segment == nullptr || !hold(segment->text.len + sizeof(Segment))) return PBAY_E_PROTOCOL;
      segments_.push_back({std::string(view(segment->text)), segment->start_us, segment->end_us});
      return PBAY_OK;
    }
    case PBAY_EV_EXTRA:
      if (const auto* extra = event_as<pbay_ev_extra>(event);
          extra != nullptr && hold(extra->json.len)) {
        if (view(extra->key) == "language") language_ = view(extra->json);
        if (view(extra->key) == "duration") duration_ = view(extra->json);
      }
      return PBAY_OK;
    case PBAY_EV_USAGE:
      if (const auto* usage = event_as<pbay_ev_usage>(event)) {
        const std::int64_t input = std::max<std::int64_t>(usage->input, 0);
        const std::int64_t output = std::max<std::int64_t>(usage->output, 0);
        usage_json_.clear();
        json::Writer(usage_json_)
            .begin_object()
            .member("type", "tokens")
            .member("input_tokens", input)
            .member("output_tokens", output)
            .member("total_tokens", input + output)
            .end_object();
      }
      break;
    default:
      break;
  }
  return OperationEncoder::on_event(event, out);
}

std::string TranscriptEncoder::text() const {
  return unescaped(escaped_);
}

void TranscriptEncoder::finish(std::string& out) {
  if (raw()) return OperationEncoder::finish(out);
  const std::string usage = usage_json_.empty() ? "" : ",\"usage\":" + usage_json_;
  if (options().stream) {
    append_event(
        out, {}, R"({"type":"transcript.text.done","text":")" + escaped_ + '"' + usage + '}');
    out += "data: [DONE]\n\n";
    return;
  }
  switch (form_) {
    case TranscriptForm::kJson:
      out += "{\"text\":\"" + escaped_ + '"' + usage + '}';
      return;
    case TranscriptForm::kVerboseJson:
      return finish_verbose(out);
    case TranscriptForm::kText:
      out += text() + '\n';
      return;
    default:
      return finish_subtitles(out);
  }
}

// A provider without times gives one segment with the whole text; its end is the recording's, where
// that is known.
void TranscriptEncoder::finish_subtitles(std::string& out) const {
  const bool vtt = form_ == TranscriptForm::kVtt;
  const char point = vtt ? '.' : ',';
  if (vtt) out += "WEBVTT\n\n";
  std::vector<Segment> segments = segments_;
  if (segments.empty() && !escaped_.empty()) segments.push_back({text(), 0, 0});
  std::size_t number = 0;
  for (const Segment& segment : segments) {
    if (!vtt) out += std::to_string(++number) + '\n';
    out += clock_time(segment.start_us, point) + " --> " + clock_time(segment.end_us, point) + '\n';
    const std::size_t begin = segment.text.find_first_not_of(' ');
    if (begin != std::string::npos) out += std::string_view(segment.text).substr(begin);
    out += "\n\n";
  }
}

void TranscriptEncoder::finish_verbose(std::string& out) const {
  json::Writer writer(out);
  writer.begin_object().member("task", translation_ ? "translate" : "transcribe");
  writer.key("language").raw(language_ == "null" ? "\"unknown\"" : language_);
  writer.key("duration");
  if (!duration_.empty()) {
    writer.raw(duration_);
  } else {
    writer.value(segments_.empty() ? 0.0 : seconds(segments_.back().end_us));
  }
  writer.key("text").raw('"' + escaped_ + '"');
  writer.key("segments").begin_array();
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    writer.begin_object()
        .member("id", i)
        .member("seek", 0)
        .member("start", seconds(segments_[i].start_us))
        .member("end", seconds(segments_[i].end_us))
        .member("text", segments_[i].text)
        .key("tokens")
        .begin_array()
        .end_array()
        .member("temperature", 0)
        .member("avg_logprob", 0)
        .member("compression_ratio", 0)
        .member("no_speech_prob", 0)
        .end_object();
  }
  writer.end_array();
  if (!usage_json_.empty()) writer.key("usage").raw(usage_json_);
  writer.end_object();
}

}  // namespace patchbay::dialects::openai_audio
