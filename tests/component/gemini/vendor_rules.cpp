#include "tests/component/gemini/vendor_rules.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace patchbay::testing {
namespace {

using Names = std::vector<std::string>;

Names names_in(const json::Value& turn, std::string_view kind) {
  Names names;
  const json::Value* parts = member(turn, "parts");
  if (parts == nullptr) return names;
  for (const json::Value& part : parts->items()) {
    if (const json::Value* found = member(part, kind)) names.push_back(text_of(*found, "name"));
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_number_from_to(const json::Value& value, double least, double most) {
  const auto number = value.as_double();
  return number && *number >= least && *number <= most;
}

bool is_whole_from_to(const json::Value& value, std::int64_t least, std::int64_t most) {
  const auto number = value.as_int64();
  return number && *number >= least && *number <= most;
}

class Rules {
 public:
  Rules(const json::Value& body, std::string_view model) : body_(body), model_(model) {}

  std::string check() {
    static const std::set<std::string> kMembers{"contents",
                                                "systemInstruction",
                                                "tools",
                                                "toolConfig",
                                                "safetySettings",
                                                "generationConfig",
                                                "cachedContent"};
    for (const json::Member& one : body_.members())
      out_.require(kMembers.contains(one.name), one.name, "unknown member");
    contents();
    if (const json::Value* system = member(body_, "systemInstruction")) {
      parts(*system, false, "systemInstruction");
    }
    tools();
    choice();
    if (const json::Value* config = member(body_, "generationConfig")) generation(*config);
    return out_.text();
  }

 private:
  void parts(const json::Value& turn, bool is_model, const std::string& place) {
    const json::Value* list = member(turn, "parts");
    out_.require(list != nullptr && !list->items().empty(), place, "without parts");
    if (list == nullptr) return;
    for (std::size_t i = 0; i < list->items().size(); ++i) {
      check_vendor_part(
          list->items()[i], is_model, place + ".parts[" + std::to_string(i) + "]", out_);
    }
  }

  void contents() {
    const json::Value* list = member(body_, "contents");
    if (list == nullptr || list->items().empty()) return out_.add("contents", "are not there");
    std::string before;
    Names open;  // calls that wait for their responses
    for (std::size_t i = 0; i < list->items().size(); ++i) {
      const json::Value& turn = list->items()[i];
      const std::string place = "contents[" + std::to_string(i) + "]";
      const std::string role = text_of(turn, "role");
      out_.require(role == "user" || role == "model", place, "no such role");
      out_.require(turn.members().size() == 2, place, "a turn has a role and parts");
      out_.require(role != before || before == "user", place, "two turns of the model's");
      parts(turn, role == "model", place);

      const Names responses = names_in(turn, "functionResponse");
      out_.require(responses == open, place, "the responses are not those of the calls before");
      if (!responses.empty()) {
        out_.require(turn.find("parts")->items().size() == responses.size(),
                     place,
                     "more than responses in their turn");
      }
      open = names_in(turn, "functionCall");
      before = role;
    }
    out_.require(open.empty(), "contents", "the last turn waits for responses");
    signatures(list->items());
  }

  // Where the model asks for them: on the first call of every turn since the user's last words.
  void signatures(const std::vector<json::Value>& turns) {
    if (!model_.starts_with("gemini-3")) return;
    std::size_t since = 0;
    for (std::size_t i = 0; i < turns.size(); ++i) {
      const bool speaks =
          text_of(turns[i], "role") == "user" && names_in(turns[i], "functionResponse").empty();
      if (speaks) since = i;
    }
    for (std::size_t i = since; i < turns.size(); ++i) {
      for (const json::Value& part : turns[i].find("parts")->items()) {
        if (member(part, "functionCall") == nullptr) continue;
        out_.require(member(part, "thoughtSignature") != nullptr,
                     "contents[" + std::to_string(i) + "]",
                     "Function call is missing a thought_signature");
        break;
      }
    }
  }

  void tools() {
    const json::Value* list = member(body_, "tools");
    if (list == nullptr) return;
    out_.require(!list->items().empty(), "tools", "are empty");
    for (const json::Value& tool : list->items()) {
      const json::Value* declared = member(tool, "functionDeclarations");
      if (declared == nullptr) continue;
      for (const json::Value& function : declared->items()) {
        const std::string name = text_of(function, "name");
        out_.require(is_vendor_function_name(name), "tools", "the function name '" + name + "'");
        out_.require(functions_.insert(name).second, "tools", "two functions of one name");
        const json::Value* schema = member(function, "parametersJsonSchema");
        if (schema == nullptr) continue;
        out_.require(text_of(*schema, "type") == "object" || schema->find("$ref") != nullptr,
                     "tools",
                     "parameters that are no object");
      }
    }
  }

  void choice() {
    const json::Value* config = member(body_, "toolConfig");
    if (config == nullptr) return;
    const json::Value* calling = member(*config, "functionCallingConfig");
    if (calling == nullptr) return out_.add("toolConfig", "says nothing");
    static const std::set<std::string> kModes{"AUTO", "ANY", "NONE", "VALIDATED"};
    const std::string mode = text_of(*calling, "mode");
    out_.require(kModes.contains(mode), "toolConfig", "no such mode");
    out_.require(!functions_.empty(), "toolConfig", "without function declarations");
    const json::Value* allowed = member(*calling, "allowedFunctionNames");
    if (allowed == nullptr) return;
    out_.require(mode == "ANY" || mode == "VALIDATED", "toolConfig", "names need ANY");
    for (const json::Value& name : allowed->items()) {
      out_.require(functions_.contains(std::string(name.as_string().value_or(""))),
                   "toolConfig",
                   "a function that is not declared");
    }
  }

  void generation(const json::Value& config) {
    for (const json::Member& one : config.members())
      option(config, one.name, one.value);
  }

  void option(const json::Value& config, const std::string& name, const json::Value& value) {
    const std::string place = "generationConfig." + name;
    const auto holds = [&](bool sound) { out_.require(sound, place, "not a value of its kind"); };
    if (name == "temperature") return holds(is_number_from_to(value, 0, 2));
    if (name == "topP") return holds(is_number_from_to(value, 0, 1));
    if (name == "topK") return holds(is_number_from_to(value, 1, 1e6));
    if (name == "presencePenalty" || name == "frequencyPenalty") {
      return holds(is_number_from_to(value, -2, 2));
    }
    if (name == "candidateCount") return holds(is_whole_from_to(value, 1, 8));
    if (name == "maxOutputTokens") return holds(is_whole_from_to(value, 1, INT32_MAX));
    if (name == "seed") return holds(is_whole_from_to(value, 0, INT32_MAX));
    if (name == "stopSequences") {
      const bool empty = std::any_of(value.items().begin(),
                                     value.items().end(),
                                     [](const json::Value& one) { return one.as_string() == ""; });
      return holds(!value.items().empty() && value.items().size() <= 5 && !empty);
    }
    if (name == "responseMimeType") return holds(value.as_string() == "application/json");
    if (name == "responseJsonSchema") {
      holds(member(config, "responseMimeType") != nullptr && value.is(json::Kind::kObject));
      return check_vendor_schema(value, place, out_);
    }
    if (name == "responseLogprobs") return holds(value.is_bool());
    if (name == "logprobs") {
      return holds(is_whole_from_to(value, 0, 20) && member(config, "responseLogprobs") != nullptr);
    }
    if (name == "thinkingConfig") return thinking(value, place);
    holds(name == "responseModalities" || name == "imageConfig" || name == "mediaResolution");
  }

  void thinking(const json::Value& value, const std::string& place) {
    if (value.find("thinking_budget") != nullptr) return;  // the client's own words
    static const std::set<std::string> kLevels{"minimal", "low", "medium", "high"};
    const bool older = model_.starts_with("gemini-2");
    const json::Value* level = member(value, "thinkingLevel");
    const json::Value* budget = member(value, "thinkingBudget");
    out_.require(level == nullptr || budget == nullptr, place, "both a level and a budget");
    out_.require(!model_.starts_with("gemini-2.0"), place, "of a model that does not think");
    if (level != nullptr) {
      out_.require(!older && kLevels.contains(text_of(value, "thinkingLevel")), place, "the level");
    }
    if (budget != nullptr) {
      const bool pro = model_.find("-pro") != model_.npos;
      out_.require(is_whole_from_to(*budget, pro ? 128 : 0, 32768), place, "the budget");
    }
  }

  const json::Value& body_;
  const std::string_view model_;
  std::set<std::string> functions_;
  VendorComplaints out_;
};

}  // namespace

std::string broken_vendor_rules(std::string_view body, std::string_view model) {
  const auto parsed = json::parse(body);
  if (!parsed) return "the body: " + parsed.error().message + "\n";
  return Rules(*parsed, model).check();
}

}  // namespace patchbay::testing
