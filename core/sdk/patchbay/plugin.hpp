// C++20 comfort over abi.h: a provider is two classes and three lines, and nothing thrown in them
// crosses the boundary. Header-only; needs the standard library alone. A whole plugin:
//
//   #include <patchbay/plugin.hpp>
//   namespace sdk = patchbay::sdk;
//
//   class Shout {                                        // the provider: one per entry in the YAML
//    public:
//     static constexpr std::string_view kType = "shout";
//     static constexpr std::string_view kSchema = R"({"type": "object"})";
//     static constexpr std::array kOps{sdk::op(PBAY_MODE_CHAT, "openai.chat/1")};
//
//     class Call : public sdk::Call {                    // one request on its way
//      public:
//       Call(Shout& shout, const pbay_request& request) : sdk::Call(shout.host, request) {}
//       pbay_status build_request(sdk::HttpRequest& out) {
//         out.post("https://shout.example/v1/loud", PBAY_FRAME_SSE);
//         out.body(allocate(sdk::piece(body())));
//         return PBAY_OK;
//       }
//       pbay_status on_frames(std::span<const pbay_frame> frames, sdk::Sink& sink) {
//         for (const pbay_frame& frame : frames) sink.text({}, sdk::view(frame.data));
//         return sink.status();
//       }
//       pbay_status on_end(const pbay_http_end& end, sdk::Sink& sink) {
//         if (end.status < 0) return fail_transport(end);
//         sink.item_end({});
//         return sink.finish(0, PBAY_FINISH_STOP, "");
//       }
//     };
//     static std::unique_ptr<Shout> create(const sdk::Setup& setup) {
//       if (setup.json().empty()) return setup.refuse("/", "a configuration is needed");
//       return std::make_unique<Shout>(setup.host());
//     }
//     explicit Shout(const sdk::Host& given) : host(given) {}
//     const sdk::Host host;
//   };
//
//   static constexpr sdk::PluginInfo kInfo{
//       .id = "org.example.shout", .version = "1.0.0", .vendor = "Example", .license = "MIT"};
//   const pbay_plugin* patchbay_plugin_entry_v1(const pbay_hello* hello) noexcept {
//     return sdk::plugin<kInfo, Shout>(*hello);
//   }
//
// What a provider class has: kType, kSchema (the JSON Schema of its `config:`), kOps, Call,
// create(); and, if it wants them, kClientHeaders (names of client headers to see, space separated)
// and `const sdk::ModelList& models() const`; and a member `host`, the Host from create(). It is
// used by many calls at once: what they share in it is its own to guard.
//
// What a Call class has: a constructor (Provider&, const pbay_request&), build_request(),
// on_frames(), on_end() and, if it wants it, on_head(const pbay_http_head&, Sink&). A provider that
// does its own work derives its Call from ActiveCall and has start(), cancel() and, if it wants it,
// writable(). The Call lives in the host's arena where it fits, so a request costs no malloc.
//
// A provider whose credential expires (an OAuth token) keeps it, guards it, and has two more
// functions, which the host runs once for all calls that wait: before the first of them, ahead of
// the credential's end, and after a call failed with PBAY_ERRF_REFRESH_AUTH:
//
//   pbay_status build_credential_request(sdk::HttpRequest& out);  // what to ask, and where
//   pbay_status on_credential_response(const pbay_http_head& head, std::string_view body,
//                                      std::uint64_t& valid_for_ns);  // takes the answer over
//
// Both are [control]; they fail with `host.fail(0, {...})`, in words for the log. valid_for_ns is 0
// before, and stays so for a credential that is good until it is refused. What the first one names
// must live until the second. `bool credential_expires() const`, if there is one, says whether this
// provider needs any of it, as its configuration may decide.
//
// abi.h says what each function may do, on which thread, and how long what it is given lives; the
// names are the same. An exception that leaves one of them is caught, logged as misbehaviour and
// becomes PBAY_E_PANIC (std::bad_alloc: PBAY_E_NO_MEMORY).

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "patchbay/abi.h"
#include "patchbay/binding.hpp"
#include "patchbay/call.hpp"
#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"

namespace patchbay::sdk {

// What the plugin as a whole says about itself. `init` and `deinit` frame its life; deinit must
// join every thread the plugin started.
struct PluginInfo {
  std::string_view id, version, vendor = {}, license = {}, url = {};
  std::uint32_t flags = 0;  // PBAY_PLUGIN_*
  pbay_status (*init)(const pbay_host*) noexcept = [](const pbay_host*) noexcept -> pbay_status {
    return PBAY_OK;
  };
  void (*deinit)() noexcept = []() noexcept {};
};

// The descriptor of a plugin with these providers: what the entry point returns.
template <const PluginInfo& info, typename... Providers>
const pbay_plugin* plugin(const pbay_hello& hello) noexcept {
  static constexpr const pbay_provider_type* kTypes[] = {&Binding<Providers>::kProviderType...};
  static constexpr pbay_plugin kPlugin{PBAY_MAGIC,
                                       sizeof(pbay_plugin),
                                       PBAY_ABI_MAJOR,
                                       PBAY_ABI_MINOR,
                                       0,
                                       info.flags,
                                       str(info.id),
                                       str(info.version),
                                       str(info.vendor),
                                       str(info.license),
                                       str(info.url),
                                       kTypes,
                                       sizeof...(Providers),
                                       info.init,
                                       info.deinit,
                                       nullptr};
  return hello.abi_major == PBAY_ABI_MAJOR ? &kPlugin : nullptr;
}

}  // namespace patchbay::sdk
