#include "core/check/recordings.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <system_error>

#include "core/json/scan.hpp"
#include "core/plugin_host/vocabulary.hpp"

namespace patchbay::check {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The first of the files that is there.
std::optional<std::string> read_any(const fs::path& folder,
                                    std::initializer_list<std::string> names) {
  for (const std::string& name : names) {
    if (auto text = read_file(folder / name)) return text;
  }
  return std::nullopt;
}

bool read_head(const std::string& text, AnswerSample& answer) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  const char* end = line.data() + line.size();
  if (std::from_chars(line.data(), end, answer.status).ec != std::errc()) return false;
  while (std::getline(lines, line)) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t colon = line.find(": ");
    if (colon == line.npos) continue;
    answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return true;
}

pbay_mode mode_of(const std::string& name) {
  const std::uint64_t bit = plugin_host::mode_bit(name);
  for (pbay_mode mode = 1; mode < 64; ++mode) {
    if (bit == PBAY_MODE_BIT(mode)) return mode;
  }
  return 0;
}

void read_word(const std::string& word, RequestSample& request) {
  if (word == "same") request.flags |= PBAY_REQ_SAME_DIALECT;
  if (word == "stream") request.flags |= PBAY_REQ_STREAM;
  if (word == "want_usage") request.flags |= PBAY_REQ_WANT_USAGE;
}

bool is_word(const std::string& line) {
  return line == "same" || line == "stream" || line == "want_usage" || line == "whole";
}

bool read_call(const std::string& text, RequestSample& request) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  std::istringstream words(line);
  std::string mode;
  words >> mode >> request.dialect;
  request.mode = mode_of(mode);
  for (std::string word; words >> word;)
    read_word(word, request);
  while (std::getline(lines, line)) {
    if (is_word(line)) {
      read_word(line, request);
    } else if (!line.empty()) {
      request.model = line;
    }
  }
  return request.mode != 0 && !request.dialect.empty();
}

bool asks_to_stream(const std::string& body) {
  json::Wanted wanted[] = {{"stream"}};
  return json::scan(body, wanted).has_value() && wanted[0].is(json::Kind::kTrue);
}

// The least that a client can have asked, for a recording of an answer alone.
std::string least_body(pbay_mode mode) {
  switch (mode) {
    case PBAY_MODE_MODELS:
    case PBAY_MODE_RAW:
      return "";
    case PBAY_MODE_IMAGE:
      return R"({"prompt":"x"})";
    case PBAY_MODE_CHAT:
      return R"({"messages":[{"role":"user","content":"x"}]})";
    default:
      return R"({"input":"x"})";
  }
}

// What is wrong; empty when nothing is.
std::string read_one(const fs::path& folder, Recording& out) {
  RequestSample& request = out.request;
  request.name = "the recording " + out.name;
  request.dialect = "openai.chat/1";
  request.model = "upstream-model";
  if (const auto call = read_file(folder / "call")) {
    if (!read_call(*call, request)) return "the first line of `call` is not MODE DIALECT";
  }
  if (const auto body = read_any(folder, {"request.json", "request.txt"})) {
    request.body = *body;
    while (request.body.ends_with('\n'))
      request.body.pop_back();
  } else {
    request.body = least_body(request.mode);
  }
  if (asks_to_stream(request.body)) request.flags |= PBAY_REQ_STREAM;
  for (int number = 1;; ++number) {
    const std::string suffix = number == 1 ? "" : std::to_string(number);
    const auto head = read_file(folder / ("head" + suffix));
    if (!head) break;
    AnswerSample answer;
    answer.name = "answer " + std::to_string(number);
    if (!read_head(*head, answer)) return "the first line of head" + suffix + " is no status";
    auto body = read_any(folder, {"response" + suffix + ".json", "response" + suffix + ".txt"});
    answer.body = body.value_or("");
    out.answers.push_back(std::move(answer));
  }
  out.expected = read_file(folder / "events.txt").value_or("");
  return {};
}

}  // namespace

Recordings read_recordings(const fs::path& folder) {
  Recordings out;
  std::error_code error;
  std::vector<fs::path> folders;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().filename() == "head") folders.push_back(at->path().parent_path());
  }
  if (error) out.unreadable.push_back(folder.string() + ": " + error.message());
  std::sort(folders.begin(), folders.end());
  for (const fs::path& one : folders) {
    Recording recording;
    recording.name = one.lexically_relative(folder).string();
    const std::string wrong = read_one(one, recording);
    if (wrong.empty()) {
      out.recordings.push_back(std::move(recording));
    } else {
      out.unreadable.push_back(recording.name + ": " + wrong);
    }
  }
  return out;
}

}  // namespace patchbay::check
