#include "tests/component/gemini/recording_lines.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "tests/component/gemini/vendor_rules.hpp"

namespace patchbay::testing {
namespace {

std::string unzipped(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(("gzip -dc '" + path + "'").c_str(), "r"),
                                                   pclose);
  if (!pipe) throw std::runtime_error("cannot run gzip");
  std::string out;
  std::array<char, 65536> buffer;
  for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) {
    out.append(buffer.data(), n);
  }
  if (out.empty()) throw std::runtime_error("nothing in " + path);
  return out;
}

std::string body_of(const json::Value& message) {
  const json::Value* body = member(message, "body");
  return body == nullptr ? "" : text_of(*body, "text");
}

std::string content_type_of(const json::Value& response) {
  const json::Value* headers = member(response, "headers");
  if (headers == nullptr) return "";
  for (const json::Value& header : headers->items()) {
    const std::string name(header.items().at(0).as_string().value_or(""));
    if (name == "content-type" || name == "Content-Type") {
      return std::string(header.items().at(1).as_string().value_or(""));
    }
  }
  return "";
}

std::string model_in(const std::string& url) {
  const std::size_t begin = url.find("/models/");
  if (begin == url.npos) return "";
  const std::string rest = url.substr(begin + 8);
  return rest.substr(0, rest.find_first_of(":/?"));
}

}  // namespace

std::string recordings_folder() {
  const char* folder = std::getenv("PATCHBAY_RECORDINGS");
  return folder == nullptr ? "" : folder;
}

std::vector<RecordedExchange> read_recorded(const std::string& folder, const std::string& family) {
  std::vector<RecordedExchange> found;
  std::istringstream lines(unzipped(folder + "/" + family + ".jsonl.gz"));
  std::string line;
  while (std::getline(lines, line)) {
    const auto recorded = json::parse(line);
    if (!recorded) throw std::runtime_error("a recording is not JSON");
    const json::Value& meta = *recorded->find("meta");
    const json::Value& request = *recorded->find("request");
    const json::Value& response = *recorded->find("response");
    found.push_back({.id = text_of(meta, "id"),
                     .endpoint = text_of(meta, "endpoint"),
                     .model = model_in(text_of(request, "url")),
                     .request = body_of(request),
                     .response = body_of(response),
                     .content_type = content_type_of(response),
                     .status = static_cast<int>(response.find("status")->as_int64().value_or(0))});
  }
  return found;
}

}  // namespace patchbay::testing
