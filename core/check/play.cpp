#include "core/check/play.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "core/check/trail.hpp"
#include "core/http/ndjson_parser.hpp"
#include "core/http/sse_parser.hpp"

namespace patchbay::check {
namespace {

constexpr std::size_t kLargestEvent = std::size_t{64} << 20;
constexpr std::size_t kMostRequests = 64;

std::string header_of(const AnswerSample& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return {};
}

pbay_framing chosen(const AnswerSample& answer, pbay_framing wanted) {
  if (answer.status >= 400) return PBAY_FRAME_WHOLE;
  if (wanted != PBAY_FRAME_AUTO) return wanted;
  const std::string type = header_of(answer, "content-type");
  if (type.starts_with("text/event-stream")) return PBAY_FRAME_SSE;
  if (type.starts_with("application/x-ndjson") || type.starts_with("application/jsonl")) {
    return PBAY_FRAME_NDJSON;
  }
  return PBAY_FRAME_WHOLE;
}

// Plays one exchange; kept apart from the call so that the steps can be counted.
class Player {
 public:
  Player(StrictProvider& provider,
         const RequestSample& request,
         std::span<const AnswerSample> answers,
         const PlayOptions& options)
      : call_(provider, request, options.call),
        request_flags_(request.flags),
        answers_(answers),
        options_(options),
        random_(options.seed) {}

  Outcome play() {
    Trail::doing(call_.request().name + (answers_.empty() ? "" : ", " + answers_.front().name));
    if (step("call_create", [&] { return call_.create(); })) {
      if (call_.provider().active() != nullptr) {
        conduct_active();
      } else {
        conduct();
      }
    }
    finish();
    return std::move(out_);
  }

 private:
  // Runs one function unless the steps are used up; false when the exchange is over.
  template <typename Work>
  bool step(const char* name, Work&& work) {
    if (out_.steps == options_.steps) return false;
    ++out_.steps;
    out_.status = std::forward<Work>(work)();
    if (out_.status >= 0) return true;
    out_.failed_in = name;
    out_.ended = true;
    return false;
  }

  void conduct() {
    for (std::size_t number = 0; number < kMostRequests; ++number) {
      if (number > 0 && number >= answers_.size()) return;
      BuiltRequest built;
      if (!step("build_request", [&] { return call_.build(built); })) return;
      out_.built.push_back(std::move(built));
      if (number >= answers_.size()) return;
      if (!exchange(answers_[number], out_.built.back().framing)) return;
    }
  }

  // True when the plugin wants to send another request.
  bool exchange(const AnswerSample& answer, pbay_framing wanted) {
    const Framed framed = frames_of(answer, wanted, options_.cut);
    if (!step("on_head", [&] { return call_.head(answer, framed.framing); })) return false;
    if (out_.status == PBAY_S_NEXT_REQUEST) return true;
    out_.passed_through = out_.status == PBAY_S_PASSTHROUGH;
    bool stopped = false;
    if (!out_.passed_through && !feed(framed.frames, stopped)) return false;
    if (!step("on_end", [&] { return call_.end(stopped ? PBAY_OK : options_.end_status); })) {
      return false;
    }
    if (out_.status == PBAY_S_NEXT_REQUEST) return true;
    end_line_ = stopped ? "END stop" : "END ok";
    out_.ended = true;
    return false;
  }

  // False when the exchange is over.
  bool feed(std::span<const FrameSample> frames, bool& stopped) {
    while (!frames.empty() && !stopped) {
      const std::size_t count = batch(frames.size());
      if (!step("on_frames", [&] { return call_.frames(frames.first(count)); })) return false;
      stopped = out_.status == PBAY_S_STOP;
      frames = frames.subspan(count);
    }
    return true;
  }

  std::size_t batch(std::size_t left) {
    switch (options_.batches) {
      case PlayOptions::Batches::kSingly:
        return 1;
      case PlayOptions::Batches::kTogether:
        return left;
      case PlayOptions::Batches::kRandom:
        return 1 + random_() % left;
    }
    return left;
  }

  void conduct_active() {
    if (!step("start", [&] { return call_.start(); })) return;
    if (out_.steps == options_.steps) {
      call_.cancel();
      out_.timed_out = !call_.run(kPatience);
      return;
    }
    if (!call_.run(kPatience)) {
      out_.timed_out = true;
      return;
    }
    out_.ended = true;
    out_.status = call_.completion();
    if (out_.status < 0) {
      out_.failed_in = "complete";
    } else {
      end_line_ = "END ok";
    }
  }

  void finish() {
    call_.destroy();
    out_.times = call_.times();
    out_.events = call_.event_count();
    out_.allocations = call_.allocation_count();
    out_.error = call_.error();
    out_.transcript = call_.transcript() + last_lines();
    out_.joined = call_.joined() + last_lines();
    if (out_.ended && out_.status >= 0 && !out_.passed_through) {
      out_.missing = call_.missing_at_end();
    }
  }

  [[nodiscard]] std::string last_lines() const {
    const std::string passed = out_.passed_through ? "PASSTHROUGH\n" : "";
    if (out_.status < 0) {
      const bool same = (request_flags_ & PBAY_REQ_SAME_DIALECT) != 0;
      const bool body = same && out_.error && !out_.error->upstream_body.empty();
      return failure_text(out_.status, out_.error ? &*out_.error : nullptr) + "\n" +
             (body ? "BODY " + out_.error->upstream_body + "\n" : "");
    }
    if (out_.ended) return passed + end_line_ + "\n";
    return passed + (out_.status == PBAY_S_NEXT_REQUEST ? "END next\n" : "END unfinished\n");
  }

  StrictCall call_;
  const std::uint32_t request_flags_;
  const std::span<const AnswerSample> answers_;
  const PlayOptions& options_;
  std::mt19937_64 random_;
  Outcome out_;
  std::string end_line_;
};

}  // namespace

Framed frames_of(const AnswerSample& answer, pbay_framing wanted, std::optional<std::size_t> cut) {
  Framed framed{chosen(answer, wanted), {}};
  const std::string& body = answer.body;
  if (body.empty() && framed.framing != PBAY_FRAME_WHOLE) return framed;
  if (framed.framing == PBAY_FRAME_SSE) {
    http::SseParser parser({.max_event_bytes = kLargestEvent});
    const auto keep = [&](const http::SseEvent& event) {
      framed.frames.push_back(
          {std::string(event.data), std::string(event.type), std::string(event.id)});
    };
    if (parser.feed(body, keep)) static_cast<void>(parser.finish(keep).has_value());
  } else if (framed.framing == PBAY_FRAME_NDJSON) {
    http::NdjsonParser parser({.max_line_bytes = kLargestEvent});
    const auto keep = [&](std::string_view line) {
      framed.frames.push_back({std::string(line), {}, {}});
    };
    if (parser.feed(body, keep)) static_cast<void>(parser.finish(keep).has_value());
  } else if (framed.framing == PBAY_FRAME_BYTES && cut && *cut > 0 && *cut < body.size()) {
    framed.frames = {{body.substr(0, *cut), {}, {}}, {body.substr(*cut), {}, {}}};
  } else {
    framed.frames = {{body, {}, {}}};
  }
  return framed;
}

Outcome play(StrictProvider& provider,
             const RequestSample& request,
             std::span<const AnswerSample> answers,
             const PlayOptions& options) {
  return Player(provider, request, answers, options).play();
}

}  // namespace patchbay::check
