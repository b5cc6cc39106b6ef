#include "plugins/gemini/tools.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "plugins/gemini/schema.hpp"

namespace patchbay::plugins::gemini {
namespace {

constexpr std::size_t kNameBytesMax = 128;

// Tools that the vendor runs itself, by the names that clients give them.
struct OwnTool {
  std::string_view given;
  std::string_view name;
};
constexpr std::array kOwnTools{OwnTool{"google_search", "googleSearch"},
                               OwnTool{"googleSearch", "googleSearch"},
                               OwnTool{"url_context", "urlContext"},
                               OwnTool{"urlContext", "urlContext"},
                               OwnTool{"code_execution", "codeExecution"},
                               OwnTool{"codeExecution", "codeExecution"},
                               OwnTool{"google_maps", "googleMaps"},
                               OwnTool{"googleMaps", "googleMaps"}};

// A letter or underscore, then letters, digits and _ . : - up to 128 of them in all.
bool is_function_name(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && name.size() <= kNameBytesMax && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-';
         });
}

class ToolWriter {
 public:
  explicit ToolWriter(Translation& translation) : translation_(translation) {}

  bool read(JsonValue tools, std::string_view list) {
    std::size_t index = 0;
    for (const JsonValue tool : tools.elements()) {
      place_ = std::string(list) + "[" + std::to_string(index++) + "]";
      if (!read_tool(tool)) return false;
    }
    return true;
  }

  // The same tool twice is one.
  void add_own(std::string_view name, std::string_view value) {
    if (std::find(own_names_.begin(), own_names_.end(), name) != own_names_.end()) return;
    own_names_.push_back(name);
    if (!own_.empty()) own_.add(",");
    own_.add("{").quote(name).add(":").add(value).add("}");
  }

  void write(BodyText& out) const {
    if (declared_.empty() && own_.empty()) return;
    out.add(",\"tools\":[");
    if (!declared_.empty()) out.add("{\"functionDeclarations\":[").append(declared_).add("]}");
    if (!declared_.empty() && !own_.empty()) out.add(",");
    out.append(own_).add("]");
  }

  [[nodiscard]] bool knows(const std::string& name) const {
    return std::find(names_.begin(), names_.end(), name) != names_.end();
  }
  [[nodiscard]] bool has_functions() const { return !names_.empty(); }

 private:
  bool read_tool(JsonValue tool) {
    const JsonValue type = tool["type"];
    const JsonValue function = tool["function"];
    if (function.is_object()) return read_function(function, place_ + ".function");
    if ((!type || type.says("function")) && tool["name"].is_string()) {
      return read_function(tool, place_);
    }
    for (const OwnTool& own : kOwnTools) {
      const JsonValue options = tool[own.given];
      if (type.says(own.given) || (!type && options.is_object())) {
        add_own(own.name, options.is_object() ? options.raw() : "{}");
        return true;
      }
    }
    return translation_.refuse(place_ + ".type",
                               "this provider has no tool of type " + type.string() +
                                   "; it has functions, google_search, url_context, "
                                   "code_execution and google_maps");
  }

  bool read_function(JsonValue function, const std::string& place) {
    const std::string name = function["name"].string();
    if (!is_function_name(name)) {
      return translation_.refuse(
          place + ".name",
          "a function's name begins with a letter or an underscore and has letters, digits, "
          "underscores, dots, colons and dashes, at most 128 in all");
    }
    if (knows(name)) {
      return translation_.refuse(place + ".name", "there are two functions of this name");
    }
    names_.push_back(name);
    if (!declared_.empty()) declared_.add(",");
    declared_.add("{\"name\":").quote(name);
    const JsonValue description = function["description"];
    if (description.is_string()) declared_.add(",\"description\":").splice(description.raw());
    const JsonValue parameters = function["parameters"];
    if (parameters.is_object()) {
      declared_.add(",\"parametersJsonSchema\":");
      write_parameters(parameters, declared_);
    }
    declared_.add("}");
    return true;
  }

  Translation& translation_;
  std::string place_;
  BodyText declared_;
  BodyText own_;
  std::vector<std::string> names_;
  std::vector<std::string_view> own_names_;
};

// The names in {"allowed_tools": {"tools": [{"function": {"name": ...}}]}}, or in the choice of a
// single function.
std::vector<std::string> chosen_names(JsonValue choice) {
  std::vector<std::string> names;
  const JsonValue allowed = choice["allowed_tools"].is_object() ? choice["allowed_tools"] : choice;
  for (const JsonValue tool : allowed["tools"].elements()) {
    const JsonValue name = tool["function"]["name"] ? tool["function"]["name"] : tool["name"];
    if (name.is_string()) names.push_back(name.string());
  }
  const JsonValue single = choice["function"]["name"] ? choice["function"]["name"] : choice["name"];
  if (single.is_string()) names.push_back(single.string());
  return names;
}

bool write_choice(JsonValue choice,
                  const ToolWriter& tools,
                  Translation& translation,
                  BodyText& out) {
  if (!choice || !tools.has_functions()) return true;  // the vendor wants functions beside it
  std::string_view mode;
  std::vector<std::string> names;
  if (choice.says("auto")) {
    mode = "AUTO";
  } else if (choice.says("none")) {
    mode = "NONE";
  } else if (choice.says("required") || choice.says("any")) {
    mode = "ANY";
  } else if (choice.is_object()) {
    names = chosen_names(choice);
    const JsonValue list = choice["allowed_tools"].is_object() ? choice["allowed_tools"] : choice;
    // Of a list the model may also choose none; only VALIDATED takes a list and allows that.
    mode = list["mode"].says("auto") ? "VALIDATED" : "ANY";
    for (const std::string& name : names) {
      if (tools.knows(name)) continue;
      return translation.refuse("tool_choice", "there is no function " + name + " among the tools");
    }
  }
  if (mode.empty() || (choice.is_object() && names.empty())) {
    return translation.refuse("tool_choice",
                              "it is none of auto, none, required and the choice of a function");
  }
  out.add(",\"toolConfig\":{\"functionCallingConfig\":{\"mode\":").quote(mode);
  for (std::size_t i = 0; i < names.size(); ++i) {
    out.add(i == 0 ? ",\"allowedFunctionNames\":[" : ",").quote(names[i]);
  }
  out.add(names.empty() ? "}}" : "]}}");
  return true;
}

}  // namespace

bool write_tools(JsonValue request, Translation& translation, BodyText& out) {
  ToolWriter tools(translation);
  if (!tools.read(request["tools"], "tools")) return false;
  if (!tools.read(request["functions"], "functions")) return false;
  if (request["web_search_options"].is_object()) tools.add_own("googleSearch", "{}");
  tools.write(out);
  const JsonValue choice =
      request["tool_choice"] ? request["tool_choice"] : request["function_call"];
  return write_choice(choice, tools, translation, out);
}

}  // namespace patchbay::plugins::gemini
