#include "plugins/stub/moderation.hpp"

#include <array>

#include "plugins/shared/json_text.hpp"

namespace patchbay::plugins::stub {
namespace {

constexpr std::array<std::string_view, 13> kCategories{"harassment",
                                                       "harassment/threatening",
                                                       "hate",
                                                       "hate/threatening",
                                                       "illicit",
                                                       "illicit/violent",
                                                       "self-harm",
                                                       "self-harm/instructions",
                                                       "self-harm/intent",
                                                       "sexual",
                                                       "sexual/minors",
                                                       "violence",
                                                       "violence/graphic"};

// An object with a member for each category: `flagged` for the first one, `clear` for the others.
void append_categories(std::string& out, std::string_view flagged, std::string_view clear) {
  out += '{';
  for (std::size_t i = 0; i < kCategories.size(); ++i) {
    if (i > 0) out += ',';
    append_quoted(out, kCategories[i]);
    out.append(":").append(i == 0 ? flagged : clear);
  }
  out += '}';
}

}  // namespace

std::string judge(const ModerationRequest& request, std::string_view id, std::string_view model) {
  std::string out = "{\"id\":";
  append_quoted(out, id);
  out += ",\"model\":";
  append_quoted(out, model);
  out += ",\"results\":[";
  for (const std::string& input : request.inputs) {
    const bool flagged = input.find(kFlaggedWord) != input.npos;
    if (!out.ends_with('[')) out += ',';
    out.append("{\"flagged\":").append(flagged ? "true" : "false");
    out += ",\"categories\":";
    append_categories(out, flagged ? "true" : "false", "false");
    out += ",\"category_scores\":";
    append_categories(out, flagged ? "0.99" : "0.01", "0.01");
    out += ",\"category_applied_input_types\":";
    append_categories(out, "[\"text\"]", "[\"text\"]");
    out += '}';
  }
  return out + "]}";
}

}  // namespace patchbay::plugins::stub
