#include "tests/support/openai_fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "core/check/event_text.hpp"
#include "core/http/sse_parser.hpp"

namespace patchbay::testing {
namespace {

constexpr std::size_t kEventBytesMax = 64 << 20;

std::string quoted_or_dash(const std::string& text) {
  return text.empty() ? "-" : "\"" + text + "\"";
}

std::string failure_line(pbay_status status, const FakeError& error) {
  std::string line =
      "FAIL " + std::to_string(status) + " " + std::string(check::category_name(error.category)) +
      " message=" + quoted_or_dash(error.message) + " code=" + quoted_or_dash(error.code) +
      " param=" + quoted_or_dash(error.param);
  if (error.retry_after_ms >= 0) line += " retry_after_ms=" + std::to_string(error.retry_after_ms);
  if ((error.flags & PBAY_ERRF_RETRY_SAME) != 0) line += " retry_same";
  if ((error.flags & PBAY_ERRF_FAILOVER) != 0) line += " failover";
  return line + "\n";
}

pbay_mode mode_of(const std::string& name) {
  constexpr std::pair<const char*, pbay_mode> kModes[] = {{"chat", PBAY_MODE_CHAT},
                                                          {"image", PBAY_MODE_IMAGE},
                                                          {"embedding", PBAY_MODE_EMBEDDING},
                                                          {"transcribe", PBAY_MODE_TRANSCRIBE},
                                                          {"speech", PBAY_MODE_SPEECH},
                                                          {"models", PBAY_MODE_MODELS},
                                                          {"raw", PBAY_MODE_RAW},
                                                          {"moderation", PBAY_MODE_MODERATION}};
  for (const auto& [known, mode] : kModes) {
    if (name == known) return mode;
  }
  throw std::runtime_error("no mode is called " + name);
}

FakeCall::Request request_of(const OpenAiFixture& fixture, std::uint32_t flags) {
  if (fixture.request.find("\"stream\":true") != std::string::npos) flags |= PBAY_REQ_STREAM;
  if (fixture.same_dialect) flags |= PBAY_REQ_SAME_DIALECT;
  FakeCall::Request request{
      .model = "upstream-model", .body = fixture.request, .flags = flags, .mode = fixture.mode};
  request.dialect = fixture.dialect;
  return request;
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
  if (std::filesystem::exists(folder + "/call")) {
    std::istringstream call(read_file(folder + "/call"));
    std::string mode, same;
    call >> mode >> fixture.dialect >> same;
    fixture.mode = mode_of(mode);
    fixture.same_dialect = same == "same";
  }
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

std::vector<std::string> fixture_names(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

BuiltRequest build_openai(FakeProvider& provider, const OpenAiFixture& fixture) {
  FakeCall call(provider, request_of(fixture, 0));
  return call.build();
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

namespace {

using Batches = std::vector<std::vector<Frame>>;

std::string play(FakeProvider& provider,
                 const OpenAiFixture& fixture,
                 pbay_framing framing,
                 const Batches& batches,
                 std::uint32_t flags) {
  FakeCall call(provider, request_of(fixture, flags));
  call.build();
  pbay_status status = call.head(fixture.status, fixture.headers, framing);
  for (const std::vector<Frame>& batch : batches) {
    if (status != PBAY_OK) break;
    status = call.frames(batch);
  }
  const bool stopped = status == PBAY_S_STOP;
  const std::string passed = status == PBAY_S_PASSTHROUGH ? "PASSTHROUGH\n" : "";
  if (status >= 0) status = call.end();
  if (status < 0) {
    const std::string& body = call.error().upstream_body;
    return call.transcript() + failure_line(status, call.error()) +
           (fixture.same_dialect && !body.empty() ? "BODY " + body + "\n" : "");
  }
  return call.transcript() + passed + (stopped ? "END stop\n" : "END ok\n");
}

}  // namespace

std::string play_openai(FakeProvider& provider,
                        const OpenAiFixture& fixture,
                        bool in_one_go,
                        std::uint32_t flags) {
  Framed framed = frames_of(fixture.status, fixture.headers, fixture.response);
  Batches batches;
  if (in_one_go && !framed.frames.empty()) {
    batches.push_back(std::move(framed.frames));
  } else {
    for (Frame& frame : framed.frames)
      batches.push_back({std::move(frame)});
  }
  return play(provider, fixture, framed.framing, batches, flags);
}

std::string play_openai_in_pieces(FakeProvider& provider,
                                  const OpenAiFixture& fixture,
                                  std::mt19937& random,
                                  std::uint32_t flags) {
  const Framed framed = frames_of(fixture.status, fixture.headers, fixture.response);
  if (framed.framing != PBAY_FRAME_SSE) return play_openai(provider, fixture, true, flags);
  Batches batches;
  http::SseParser parser({.max_event_bytes = kEventBytesMax});
  std::vector<Frame> batch;
  const auto keep = [&](const http::SseEvent& event) {
    batch.push_back({std::string(event.data), std::string(event.type)});
  };
  const auto close = [&] {
    if (!batch.empty()) batches.push_back(std::exchange(batch, {}));
  };
  for (std::string_view rest = fixture.response; !rest.empty();) {
    const std::size_t size = std::min<std::size_t>(rest.size(), 1 + random() % 700);
    if (!parser.feed(rest.substr(0, size), keep)) throw std::runtime_error("event too large");
    rest.remove_prefix(size);
    close();
  }
  if (!parser.finish(keep)) throw std::runtime_error("event too large");
  close();
  return play(provider, fixture, framed.framing, batches, flags);
}

}  // namespace patchbay::testing
