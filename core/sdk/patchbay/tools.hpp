// C++20 comfort over tools.h: a provider that offers tools to models. A whole plugin:
//
//   #include <patchbay/tools.hpp>
//   namespace sdk = patchbay::sdk;
//
//   class Dice {
//    public:
//     static constexpr std::string_view kType = "dice";
//     static constexpr std::string_view kSchema = R"({"type": "object"})";
//     static constexpr std::array kOps{sdk::kToolOp};
//
//     class Call : public sdk::ToolCall {                  // one call of a tool
//      public:
//       Call(Dice& dice, const pbay_request& request) : sdk::ToolCall(dice.host, request) {}
//       pbay_status build_request(sdk::HttpRequest& out) {
//         out.post("https://dice.example/roll", PBAY_FRAME_WHOLE);
//         out.body(allocate(sdk::piece(arguments())));
//         return PBAY_OK;
//       }
//       pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
//         return sink.text({}, sdk::view(frames.front().data));  // the result
//       }
//       pbay_status on_end(const pbay_http_end& end, sdk::Sink&) {
//         return end.status < 0 ? fail_transport(end) : PBAY_OK;
//       }
//     };
//     static std::unique_ptr<Dice> create(const sdk::Setup& setup) {
//       return std::make_unique<Dice>(setup.host());
//     }
//     explicit Dice(const sdk::Host& given) : host(given) {
//       tools_.add("roll_dice", "Rolls two dice.");
//     }
//     const sdk::ToolList& tools() const { return tools_; }
//     const sdk::Host host;
//
//    private:
//     sdk::ToolList tools_;
//   };
//
//   static constexpr sdk::PluginInfo kInfo{.id = "org.example.dice", .version = "1.0.0"};
//   const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
//     return sdk::plugin<kInfo, sdk::WithTools<Dice>>(*hello);
//   }
//
// All that plugin.hpp says of providers and calls holds here too. A provider may have other ops
// beside kToolOp; request().mode then tells its calls apart.

#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "patchbay/plugin.hpp"
#include "patchbay/tools.h"

namespace patchbay::sdk {

// What a provider with tools has among its kOps.
inline constexpr pbay_op kToolOp = op(PBAY_MODE_TOOL, PBAY_DIALECT_TOOL);

// The tools that a provider offers; owns their texts. `parameters` is the JSON Schema of a tool's
// arguments; left out, it has none.
class ToolList {
 public:
  ToolList() = default;
  ToolList(const ToolList&) = delete;  // the entries point into it
  ToolList& operator=(const ToolList&) = delete;

  void add(std::string_view name, std::string_view description, std::string_view parameters = {}) {
    pbay_tool& tool = tools_.emplace_back();
    tool.size = sizeof tool;
    tool.name = str(texts_.emplace_back(name));
    tool.description = str(texts_.emplace_back(description));
    tool.parameters = str(texts_.emplace_back(parameters));
    pointers_.push_back(&tool);
  }
  [[nodiscard]] std::span<const pbay_tool* const> entries() const { return pointers_; }

 private:
  std::deque<std::string> texts_;  // deques: what they hold does not move
  std::deque<pbay_tool> tools_;
  std::vector<const pbay_tool*> pointers_;
};

// A call of a tool.
class ToolCall : public Call {
 public:
  using Call::Call;

  [[nodiscard]] std::string_view tool() const { return model(); }
  // A JSON object; sdk::Config (config.hpp) reads its members where it is flat.
  [[nodiscard]] std::string_view arguments() const { return body(); }

 protected:
  ~ToolCall() = default;
};

// What to give to plugin() for a provider with `const ToolList& tools() const`.
template <typename Provider>
struct WithTools;

template <typename Provider>
class Binding<WithTools<Provider>> {
  using Plain = Binding<Provider>;

  static pbay_status list(pbay_provider* provider,
                          const pbay_tool* const** out,
                          size_t* count) noexcept {
    const auto entries = std::as_const(*reinterpret_cast<Provider*>(provider)).tools().entries();
    *out = entries.data();
    *count = entries.size();
    return PBAY_OK;
  }

  static const void* get_extension(pbay_provider* provider, const char* id) noexcept {
    static constexpr pbay_provider_tools kTable{sizeof(pbay_provider_tools), 0, &list};
    if (std::string_view(id) == PBAY_EXT_PROVIDER_TOOLS) return &kTable;
    const auto plain = Plain::kProviderType.vtbl->get_extension;
    return plain == nullptr ? nullptr : plain(provider, id);
  }

  static constexpr pbay_provider_vtbl make_vtbl() {
    pbay_provider_vtbl table = *Plain::kProviderType.vtbl;
    table.get_extension = &get_extension;
    return table;
  }
  static constexpr pbay_provider_vtbl kVtbl = make_vtbl();

 public:
  static constexpr pbay_provider_type kProviderType{sizeof(pbay_provider_type),
                                                    0,
                                                    Plain::kProviderType.type,
                                                    Plain::kProviderType.config_schema,
                                                    Plain::kProviderType.modes,
                                                    &kVtbl};
};

}  // namespace patchbay::sdk
