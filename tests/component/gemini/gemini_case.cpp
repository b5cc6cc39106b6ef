#include "tests/component/gemini/gemini_case.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>

#include "core/check/event_text.hpp"
#include "tests/support/openai_fixture.hpp"

namespace patchbay::testing {
namespace {

pbay_mode mode_of(const std::string& name) {
  if (name == "embedding") return PBAY_MODE_EMBEDDING;
  if (name == "image") return PBAY_MODE_IMAGE;
  return name == "models" ? PBAY_MODE_MODELS : PBAY_MODE_CHAT;
}

std::string failure_line(const FakeError& error) {
  std::string line = "FAIL " + std::string(check::category_name(error.category)) + " message=\"" +
                     error.message + "\" code=\"" + error.code + "\" param=\"" + error.param + "\"";
  if (error.retry_after_ms >= 0) line += " retry_after_ms=" + std::to_string(error.retry_after_ms);
  if ((error.flags & PBAY_ERRF_RETRY_SAME) != 0) line += " retry_same";
  if ((error.flags & PBAY_ERRF_FAILOVER) != 0) line += " failover";
  return line + "\n";
}

std::string least_body(pbay_mode mode) {
  if (mode == PBAY_MODE_EMBEDDING) return R"({"input":"x"})";
  if (mode == PBAY_MODE_IMAGE) return R"({"prompt":"x"})";
  if (mode == PBAY_MODE_MODELS) return "";
  return R"({"messages":[{"role":"user","content":"x"}]})";
}

}  // namespace

std::vector<std::string> gemini_cases(const std::string& kind) {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(PATCHBAY_TEST_FIXTURES "/gemini/" + kind)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string gemini_folder(const std::string& kind, const std::string& name) {
  return PATCHBAY_TEST_FIXTURES "/gemini/" + kind + "/" + name;
}

GeminiCase read_gemini_case(const std::string& folder) {
  std::istringstream lines(read_file(folder + "/call"));
  GeminiCase given;
  std::string mode;
  std::string stream;
  lines >> mode >> given.dialect;
  lines.ignore();
  std::getline(lines, given.model);
  lines >> stream;
  given.mode = mode_of(mode);
  given.stream = stream == "stream";
  return given;
}

FakeCall::Request request_of(const GeminiCase& given, std::string body) {
  FakeCall::Request request;
  request.model = given.model;
  request.body = std::move(body);
  request.flags = given.stream ? std::uint32_t{PBAY_REQ_STREAM} : 0;
  request.mode = given.mode;
  request.dialect = given.dialect;
  return request;
}

std::string play_request(FakeProvider& provider, const GeminiCase& given, const std::string& body) {
  {
    FakeCall call(provider, request_of(given, body));
    if (call.try_build() < 0) {
      const FakeError error = call.error();
      return "REFUSED " + std::string(check::category_name(error.category)) + " " + error.param +
             ": " + error.message + "\n";
    }
  }
  FakeCall call(provider, request_of(given, body));
  const BuiltRequest built = call.build();
  return built.method + " " + built.url + "\n" + built.body + "\n";
}

GeminiAnswerFixture read_answer_fixture(const std::string& folder) {
  GeminiAnswerFixture fixture;
  fixture.given = read_gemini_case(folder);
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

std::string ended(FakeCall& call, pbay_status status) {
  const bool stopped = status == PBAY_S_STOP;
  if (status >= 0) status = call.end();
  if (status < 0) return call.transcript() + failure_line(call.error());
  const char* end = status == PBAY_S_NEXT_REQUEST ? "END next\n" : "END ok\n";
  return call.transcript() + (stopped ? "END stop\n" : end);
}

std::string play_answer(FakeProvider& provider,
                        const GeminiAnswerFixture& fixture,
                        bool in_one_go) {
  FakeCall call(provider, request_of(fixture.given, least_body(fixture.given.mode)));
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
  return ended(call, status);
}

}  // namespace patchbay::testing
