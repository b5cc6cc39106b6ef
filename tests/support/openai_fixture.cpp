#include "tests/support/openai_fixture.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "core/http/sse_parser.hpp"
#include "tests/support/event_transcript.hpp"

namespace patchbay::testing {
namespace {

constexpr std::size_t kEventBytesMax = 64 << 20;

std::string quoted_or_dash(const std::string& text) {
  return text.empty() ? "-" : "\"" + text + "\"";
}

std::string failure_line(pbay_status status, const FakeError& error) {
  std::string line =
      "FAIL " + std::to_string(status) + " " + std::string(category_name(error.category)) +
      " message=" + quoted_or_dash(error.message) + " code=" + quoted_or_dash(error.code) +
      " param=" + quoted_or_dash(error.param);
  if (error.retry_after_ms >= 0) line += " retry_after_ms=" + std::to_string(error.retry_after_ms);
  if ((error.flags & PBAY_ERRF_RETRY_SAME) != 0) line += " retry_same";
  if ((error.flags & PBAY_ERRF_FAILOVER) != 0) line += " failover";
  return line + "\n";
}

}  // namespace

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

OpenAiFixture read_openai_fixture(const std::string& folder) {
  OpenAiFixture fixture;
  fixture.request = read_file(folder + "/request.json");
  while (fixture.request.ends_with('\n'))
    fixture.request.pop_back();
  std::istringstream head(read_file(folder + "/head"));
  std::string line;
  std::getline(head, line);
  fixture.status = std::stoi(line);
  while (std::getline(head, line)) {
    const std::size_t colon = line.find(": ");
    fixture.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  const bool json = std::filesystem::exists(folder + "/response.json");
  fixture.response = read_file(folder + (json ? "/response.json" : "/response.txt"));
  return fixture;
}

Framed frames_of(int status, const Headers& headers, std::string_view body) {
  bool stream = false;
  for (const auto& [name, value] : headers) {
    stream = stream || (name == "content-type" && value.starts_with("text/event-stream"));
  }
  if (status >= 400 || !stream) {
    Framed whole{PBAY_FRAME_WHOLE, {}};
    if (!body.empty()) whole.frames.push_back({std::string(body), ""});
    return whole;
  }
  Framed framed{PBAY_FRAME_SSE, {}};
  http::SseParser parser({.max_event_bytes = kEventBytesMax});
  const auto keep = [&](const http::SseEvent& event) {
    framed.frames.push_back({std::string(event.data), std::string(event.type)});
  };
  if (!parser.feed(body, keep) || !parser.finish(keep)) throw std::runtime_error("event too large");
  return framed;
}

std::string play_openai(FakeProvider& provider,
                        const OpenAiFixture& fixture,
                        bool in_one_go,
                        std::uint32_t flags) {
  if (fixture.request.find("\"stream\":true") != std::string::npos) flags |= PBAY_REQ_STREAM;
  FakeCall call(provider, {.model = "upstream-model", .body = fixture.request, .flags = flags});
  call.build();
  const Framed framed = frames_of(fixture.status, fixture.headers, fixture.response);
  pbay_status status = call.head(fixture.status, fixture.headers, framed.framing);
  if (status == PBAY_OK && in_one_go && !framed.frames.empty()) {
    status = call.frames(framed.frames);
  } else if (status == PBAY_OK) {
    for (const Frame& frame : framed.frames) {
      status = call.frames({frame});
      if (status != PBAY_OK) break;
    }
  }
  const bool stopped = status == PBAY_S_STOP;
  if (status >= 0) status = call.end();
  if (status < 0) return call.transcript() + failure_line(status, call.error());
  return call.transcript() + (stopped ? "END stop\n" : "END ok\n");
}

}  // namespace patchbay::testing
