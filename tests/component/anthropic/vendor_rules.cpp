#include "tests/component/anthropic/vendor_rules.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace patchbay::testing {
namespace {

using json::Kind;
using json::Value;

constexpr std::array kModels{
    VendorModel{"claude-3-haiku", 4096, false, false, false, true, false},
    VendorModel{"claude-sonnet-4-2", 64000, true, false, true, true, false},
    VendorModel{"claude-sonnet-4-5", 64000, true, false, true, true, true},
    VendorModel{"claude-opus-4-6", 128000, true, true, true, true, true},
    VendorModel{"claude-opus-4-7", 128000, false, true, true, false, true},
    VendorModel{"claude-sonnet-5-5", 128000, false, true, false, false, true},
    VendorModel{"claude-sonnet-5", 128000, false, true, true, false, true}};

std::int64_t number_of(const Value* value, std::string_view name, std::int64_t otherwise) {
  const Value* found = value == nullptr ? nullptr : value->find(name);
  return found == nullptr ? otherwise : found->as_int64().value_or(otherwise);
}

std::string at(const char* list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

// The ids of a message's blocks of one type.
std::vector<std::string> ids(const Value& message, std::string_view type, std::string_view name) {
  std::vector<std::string> found;
  const Value* content = message.find("content");
  if (content == nullptr) return found;
  for (const Value& block : content->items()) {
    if (text_of(&block, "type") == type) found.push_back(text_of(&block, name));
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Checks a whole conversation: the order of its turns, and the calls with their results.
class Conversation {
 public:
  Conversation(const Value& request, RuleBook& book) : request_(request), book_(book) {}

  void check() {
    const Value* messages = request_.find("messages");
    if (messages == nullptr || messages->items().empty()) {
      return book_.broken("messages", "there are none");
    }
    const Value* before = nullptr;
    for (std::size_t i = 0; i < messages->items().size(); ++i) {
      const Value& message = messages->items()[i];
      check_turn(message, before, at("messages", i));
      before = &message;
    }
    if (!ids(*before, "tool_use", "id").empty()) book_.broken("messages", "calls at the end");
    check_end(*before);
    check_thinking(messages->items());
  }

 private:
  void check_turn(const Value& message, const Value* before, const std::string& where) {
    if (!book_.object(&message, where, {"role", "content"}, {})) return;
    const std::string role = text_of(&message, "role");
    if (role != "user" && role != "assistant") return book_.broken(where, "role " + role);
    if (before == nullptr && role != "user") book_.broken(where, "the first is not the user's");
    if (before != nullptr && text_of(before, "role") == role) {
      book_.broken(where, "the roles do not alternate");
    }
    check_blocks(*message.find("content"), role, where + ".content", book_);
    const auto results = ids(message, "tool_result", "tool_use_id");
    const auto calls =
        before == nullptr ? std::vector<std::string>() : ids(*before, "tool_use", "id");
    if (results != calls) book_.broken(where, "calls and results do not fit together");
    for (const std::string& id : ids(message, "tool_use", "id")) {
      if (!used_.insert(id).second) book_.broken(where, "the id " + id + " is used twice");
    }
  }

  void check_end(const Value& last) {
    if (text_of(&last, "role") != "assistant") return;
    const std::string text = text_of(&last.find("content")->items().back(), "text");
    if (!text.empty() && text.find_last_of(" \t\r\n") == text.size() - 1) {
      book_.broken("messages", "white space at the end of what is to be continued");
    }
  }

  // A model that thinks with a budget wants the turn it is in to begin with its thinking.
  void check_thinking(const std::vector<Value>& messages) {
    if (text_of(request_.find("thinking"), "type") != "enabled") return;
    if (text_of(&messages.back(), "role") == "assistant") {
      book_.broken("messages", "a model that thinks cannot go on with a text");
    }
    std::size_t first = messages.size();  // of the turn's messages of the assistant
    while (first >= 2 && !ids(messages[first - 1], "tool_result", "tool_use_id").empty())
      first -= 2;
    if (first == messages.size()) return;
    const std::string type = text_of(&messages[first].find("content")->items().front(), "type");
    const bool thinks = type == "thinking" || type == "redacted_thinking";
    if (!thinks) book_.broken("messages", "Expected thinking or redacted_thinking");
  }

  const Value& request_;
  RuleBook& book_;
  std::set<std::string> used_;
};

void check_tools(const Value& request, RuleBook& book) {
  std::set<std::string> names;
  const Value* tools = request.find("tools");
  const Value* choice = request.find("tool_choice");
  if (tools == nullptr) {
    if (choice != nullptr) book.broken("tool_choice", "without tools");
    for (const Value& message : request.find("messages")->items()) {
      if (!ids(message, "tool_use", "id").empty()) book.broken("tools", "calls without tools");
    }
    return;
  }
  if (tools->items().empty()) book.broken("tools", "an empty list");
  for (std::size_t i = 0; i < tools->items().size(); ++i) {
    const Value& tool = tools->items()[i];
    const std::string name = text_of(&tool, "name");
    if (!names.insert(name).second) book.broken(at("tools", i), "two tools of one name");
    if (tool.find("type") != nullptr) continue;  // the vendor's own
    book.object(&tool, at("tools", i), {"name", "input_schema"}, {"description", "cache_control"});
    if (!is_id(name)) book.broken(at("tools", i), "a name with letters it must not have");
    if (text_of(tool.find("input_schema"), "type") != "object") {
      book.broken(at("tools", i), "the schema is not an object's");
    }
  }
  if (choice == nullptr) return;
  const std::string type = text_of(choice, "type");
  if (type == "none") {
    book.object(choice, "tool_choice", {"type"}, {});
  } else if (type == "tool") {
    book.object(choice, "tool_choice", {"type", "name"}, {"disable_parallel_tool_use"});
    if (!names.contains(text_of(choice, "name"))) book.broken("tool_choice", "no such tool");
  } else {
    book.object(choice, "tool_choice", {"type"}, {"disable_parallel_tool_use"});
    if (type != "auto" && type != "any") book.broken("tool_choice", "type " + type);
  }
}

void check_thinking(const Value& request, const VendorModel& model, RuleBook& book) {
  const Value* thinking = request.find("thinking");
  if (thinking == nullptr) return;
  const std::string type = text_of(thinking, "type");
  if (type == "disabled") {
    book.object(thinking, "thinking", {"type"}, {});
    if (!model.takes_disabled) book.broken("thinking", "cannot be disabled");
    return;
  }
  if (type == "adaptive") {
    book.object(thinking, "thinking", {"type"}, {"display"});
    if (!model.thinks_adaptively) book.broken("thinking", "adaptive is not supported");
  } else {
    book.object(thinking, "thinking", {"type", "budget_tokens"}, {"display"});
    const std::int64_t budget = number_of(thinking, "budget_tokens", 0);
    if (type != "enabled" || !model.thinks_with_budget) book.broken("thinking", "type " + type);
    if (budget < 1024) book.broken("thinking", "a budget of less than 1024");
    if (budget >= number_of(&request, "max_tokens", 0)) book.broken("thinking", "a large budget");
    const std::string choice = text_of(request.find("tool_choice"), "type");
    if (choice == "any" || choice == "tool") book.broken("tool_choice", "forced while thinking");
  }
  for (const char* name : {"temperature", "top_p", "top_k"}) {
    if (request.find(name) != nullptr) book.broken(name, "while thinking");
  }
}

void check_sampling(const Value& request, const VendorModel& model, RuleBook& book) {
  for (const char* name : {"temperature", "top_p"}) {
    const Value* value = request.find(name);
    if (value == nullptr) continue;
    const double number = value->as_double().value_or(-1);
    if (number < 0 || number > 1) book.broken(name, "not between 0 and 1");
    if (!model.samples) book.broken(name, "is deprecated for this model");
  }
  if (request.find("temperature") != nullptr && request.find("top_p") != nullptr) {
    book.broken("top_p", "beside temperature");
  }
  if (const Value* stops = request.find("stop_sequences")) {
    if (stops->items().empty()) book.broken("stop_sequences", "an empty list");
    for (const Value& stop : stops->items()) {
      const std::string text(stop.as_string().value_or(""));
      if (text.find_first_not_of(" \t\r\n") == text.npos) book.broken("stop_sequences", "blank");
    }
  }
}

// Whether a schema is one that the vendor can hold an answer to.
void check_schema(const Value& schema, const std::string& where, RuleBook& book) {
  static const std::set<std::string> kRefused{
      "minimum", "maximum", "minLength", "maxLength", "pattern", "oneOf", "maxItems", "multipleOf"};
  if (text_of(&schema, "type") == "object") {
    const Value* open = schema.find("additionalProperties");
    if (open == nullptr || !open->is(Kind::kFalse)) book.broken(where, "an open object");
  }
  for (const json::Member& member : schema.members()) {
    if (kRefused.contains(member.name)) book.broken(where, member.name + " is not supported");
    if (member.name != "properties" && member.name != "$defs") {
      check_schema(member.value, where + "." + member.name, book);
      continue;
    }
    for (const json::Member& named : member.value.members())
      check_schema(named.value, where + "." + named.name, book);
  }
}

void check_output(const Value& request, const VendorModel& model, RuleBook& book) {
  const Value* config = request.find("output_config");
  if (config == nullptr) return;
  book.object(config, "output_config", {}, {"effort", "format"});
  static const std::set<std::string> kEfforts{"low", "medium", "high", "xhigh", "max"};
  const std::string effort = text_of(config, "effort");
  if (!effort.empty() && !kEfforts.contains(effort)) book.broken("output_config", effort);
  if (!effort.empty() && !model.thinks_adaptively) book.broken("output_config", "effort");
  if (const Value* format = config->find("format")) {
    book.object(format, "output_config.format", {"type", "schema"}, {});
    if (!model.structured) book.broken("output_config", "format is not supported");
    check_schema(*format->find("schema"), "output_config.format.schema", book);
  }
}

}  // namespace

const VendorModel* vendor_model(std::string_view name) {
  const auto found = std::find_if(kModels.begin(), kModels.end(), [&](const VendorModel& model) {
    return name.starts_with(model.name);
  });
  return found == kModels.end() ? nullptr : &*found;
}

std::vector<std::string> broken_rules(std::string_view text) {
  RuleBook book;
  const auto parsed = json::parse(text);
  if (!parsed) return {"the request: " + parsed.error().message};
  const Value& request = *parsed;
  book.object(&request,
              "the request",
              {"model", "max_tokens", "messages"},
              {"system",
               "tools",
               "tool_choice",
               "thinking",
               "output_config",
               "temperature",
               "top_p",
               "top_k",
               "stop_sequences",
               "metadata",
               "stream",
               "service_tier"});
  const VendorModel* model = vendor_model(text_of(&request, "model"));
  if (model == nullptr) return {"model: the rules do not know it"};
  const std::int64_t most = number_of(&request, "max_tokens", 0);
  if (most < 1 || most > model->max_output) book.broken("max_tokens", std::to_string(most));
  if (const Value* system = request.find("system")) {
    check_blocks(*system, "system", "system", book);
  }
  if (request.find("messages") == nullptr) return book.all();
  Conversation(request, book).check();
  check_tools(request, book);
  check_thinking(request, *model, book);
  check_sampling(request, *model, book);
  check_output(request, *model, book);
  if (cache_marks(request) > 4) book.broken("cache_control", "more than 4");
  if (const Value* metadata = request.find("metadata")) {
    book.object(metadata, "metadata", {"user_id"}, {});
  }
  return book.all();
}

}  // namespace patchbay::testing
