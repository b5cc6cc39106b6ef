#include "core/api/tools/search_files_tool.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "core/api/files/document_json.hpp"
#include "core/api/files/document_search.hpp"
#include "core/json/view.hpp"

namespace patchbay::api {
namespace {

constexpr std::size_t kResultsMax = 20;

class Searching final : public ToolRun {
 public:
  Searching(const Context& context, DocumentSearch::Question question, ServerTool::Then then)
      : search_(
            context, std::move(question), [then = std::move(then)](DocumentSearch::Found found) {
              if (auto* failure = std::get_if<chat::Failure>(&found))
                return then(std::move(*failure));
              std::string result;
              append_hits(result, std::get<0>(found));
              then(std::move(result));
            }) {
    search_.start();
  }

 private:
  DocumentSearch search_;
};

void read_limit(std::string_view text, std::size_t& limit) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && number > 0) limit = std::min(number, kResultsMax);
}

class SearchFiles final : public ServerTool {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& definition() const override { return definition_; }

  std::unique_ptr<ToolRun> run(const conversations::ToolCall& call,
                               const ToolOccasion& occasion,
                               Then then) const override {
    const Context& context = occasion.context;
    DocumentSearch::Question question;
    question.most = static_cast<std::size_t>(context.snapshot->documents.results);
    for (const json::MemberView& member : json::View(call.arguments).members()) {
      if (member.named("query")) question.text = member.value.string();
      if (member.named("limit")) read_limit(member.value.text(), question.most);
    }
    if (question.text.empty() || context.snapshot->services.store == nullptr) {
      then(chat::bad_request("query: expected a text", "query"));
      return nullptr;
    }
    return std::make_unique<Searching>(context, std::move(question), std::move(then));
  }

 private:
  const std::string name_{kSearchFiles};
  const std::string definition_ = tool_definition(
      name_,
      "Searches the files that the user has uploaded, and gives the passages nearest in meaning.",
      R"({"type":"object","properties":{"query":{"type":"string","description":)"
      R"("What to look for, in a few words or a sentence"},"limit":{"type":"integer",)"
      R"("minimum":1,"maximum":20}},"required":["query"],"additionalProperties":false})");
};

}  // namespace

std::shared_ptr<const ServerTool> make_search_files_tool() {
  return std::make_shared<const SearchFiles>();
}

}  // namespace patchbay::api
