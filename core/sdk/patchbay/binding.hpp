// How the C tables of abi.h are made from a provider class: one trampoline a function, through
// which nothing thrown passes. Part of plugin.hpp; plugins do not use it directly, but for
// call_of().

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include "patchbay/abi.h"
#include "patchbay/call.hpp"
#include "patchbay/host.hpp"
#include "patchbay/sink.hpp"

namespace patchbay::sdk {

// Runs `work` and turns what it throws into a status. The text of an exception is for the log: it
// may hold what no client should read.
template <typename Work>
pbay_status guarded(const Host& host, pbay_call_id call, Work&& work) noexcept {
  try {
    return std::forward<Work>(work)();
  } catch (const std::bad_alloc&) {
    return host.fail(call, {.message = "the provider plugin ran out of memory"}, PBAY_E_NO_MEMORY);
  } catch (const std::exception& error) {
    host.log(PBAY_LOG_MISBEHAVIOUR, call, error.what());
  } catch (...) {
    host.log(PBAY_LOG_MISBEHAVIOUR, call, "an exception of an unknown type");
  }
  return host.fail(call, {.message = "the provider plugin failed"}, PBAY_E_PANIC);
}

template <typename Provider>
class Binding {
  using CallType = typename Provider::Call;
  static constexpr bool kActive = std::derived_from<CallType, ActiveCall>;
  static constexpr bool kCredentials = requires(Provider & own,
                                                HttpRequest& request,
                                                const pbay_http_head& head,
                                                std::string_view body,
                                                std::uint64_t& valid_for_ns) {
    own.build_credential_request(request);
    own.on_credential_response(head, body, valid_for_ns);
  };

  // A call and the place it was made in; the host's pbay_call is a pointer to it.
  struct Slot {
    Slot(bool arena, Provider& provider, const pbay_request& request)
        : in_arena(arena), call(provider, request) {}
    const bool in_arena;
    CallType call;
  };

  static Provider& provider_of(pbay_provider* provider) noexcept {
    return *reinterpret_cast<Provider*>(provider);
  }
  // REQUIRES: Call is what this provider made.
  template <typename Work>
  static pbay_status in_call(pbay_call* call, Work&& work) noexcept {
    CallType& own = call_of(call);
    const Host host = own.host();  // copies: the call may be gone when `work` returns
    const pbay_call_id id = own.id();
    return guarded(host, id, [&]() -> pbay_status { return work(own); });
  }

  static pbay_status create(const pbay_host* raw,
                            const pbay_provider_config* config,
                            pbay_provider** out) noexcept {
    const Host host(raw);
    return guarded(host, 0, [&]() -> pbay_status {
      std::unique_ptr<Provider> made = Provider::create(Setup(host, *config));
      *out = reinterpret_cast<pbay_provider*>(made.release());
      return *out == nullptr ? PBAY_E_CONFIG : PBAY_OK;
    });
  }
  static void destroy(pbay_provider* provider) noexcept { delete &provider_of(provider); }

  static pbay_status describe(pbay_provider* provider, pbay_provider_caps* out) noexcept {
    out->ops = Provider::kOps.data();
    out->op_count = Provider::kOps.size();
    if constexpr (requires { Provider::kClientHeaders; }) {
      out->client_headers = str(Provider::kClientHeaders);
    }
    if constexpr (requires(const Provider& made) { made.models(); }) {
      const auto entries = std::as_const(provider_of(provider)).models().entries();
      out->models = entries.data();
      out->model_count = entries.size();
    }
    return PBAY_OK;
  }

  static pbay_status call_create(pbay_provider* provider,
                                 const pbay_request* request,
                                 pbay_call** out) noexcept {
    Provider& owner = provider_of(provider);
    const Host host(owner.host);
    return guarded(host, request->id, [&]() -> pbay_status {
      void* place = host.allocate(request->id, sizeof(Slot), alignof(Slot));
      Slot* slot = place != nullptr
                       ? ::new (place) Slot(true, owner, *request)
                       : new Slot(false, owner, *request);  // NOLINT: guarded() catches
      *out = reinterpret_cast<pbay_call*>(slot);
      return PBAY_OK;
    });
  }
  static void call_destroy(pbay_call* call) noexcept {
    Slot* slot = reinterpret_cast<Slot*>(call);
    if (slot->in_arena) {
      slot->~Slot();
    } else {
      delete slot;
    }
  }

  static pbay_status build_request(pbay_call* call, pbay_http_request* out) noexcept {
    return in_call(call, [&](auto& own) {
      HttpRequest request(*out);
      return own.build_request(request);
    });
  }
  static pbay_status on_head(pbay_call* call, const pbay_http_head* head, pbay_sink* raw) noexcept {
    return in_call(call, [&](auto& own) {
      Sink sink(raw);
      return own.on_head(*head, sink);
    });
  }
  static pbay_status on_frames(pbay_call* call,
                               const pbay_frame* frames,
                               size_t n,
                               pbay_sink* raw) noexcept {
    return in_call(call, [&](auto& own) {
      Sink sink(raw);
      return own.on_frames(std::span(frames, n), sink);
    });
  }
  static pbay_status on_end(pbay_call* call, const pbay_http_end* end, pbay_sink* raw) noexcept {
    return in_call(call, [&](auto& own) {
      Sink sink(raw);
      return own.on_end(*end, sink);
    });
  }

  static pbay_status start(pbay_call* call) noexcept {
    return in_call(call, [](auto& own) { return own.start(); });
  }
  static void cancel(pbay_call* call) noexcept {
    in_call(call, [](auto& own) {
      own.cancel();
      return PBAY_OK;
    });
  }
  static void writable(pbay_call* call) noexcept {
    in_call(call, [](auto& own) {
      own.writable();
      return PBAY_OK;
    });
  }

  static pbay_status build_credential_request(pbay_provider* provider,
                                              pbay_http_request* out) noexcept {
    Provider& own = provider_of(provider);
    return guarded(own.host, 0, [&]() -> pbay_status {
      HttpRequest request(*out);
      return own.build_credential_request(request);
    });
  }
  static pbay_status on_credential_response(pbay_provider* provider,
                                            const pbay_http_head* head,
                                            pbay_bytes body,
                                            uint64_t* valid_for_ns) noexcept {
    Provider& own = provider_of(provider);
    return guarded(own.host, 0, [&]() -> pbay_status {
      return own.on_credential_response(*head, view(body), *valid_for_ns);
    });
  }

  static const void* get_extension(pbay_provider* provider, const char* id) noexcept {
    const std::string_view wanted(id);
    if (wanted == PBAY_EXT_PROVIDER_ACTIVE) return active_table();
    if (wanted == PBAY_EXT_PROVIDER_CREDENTIALS) return credentials_table(provider_of(provider));
    return nullptr;
  }
  static const void* credentials_table(const Provider& provider) noexcept {
    if constexpr (kCredentials) {
      static constexpr pbay_provider_credentials kTable{
          sizeof(pbay_provider_credentials), 0, &build_credential_request, &on_credential_response};
      if constexpr (requires { provider.credential_expires(); }) {
        return provider.credential_expires() ? &kTable : nullptr;
      }
      return &kTable;
    } else {
      return nullptr;
    }
  }
  static constexpr pbay_provider_active make_active_table() {
    pbay_provider_active table{sizeof(pbay_provider_active), 0, &start, &cancel, nullptr};
    if constexpr (requires(CallType & own) { own.writable(); }) table.writable = &writable;
    return table;
  }
  static const void* active_table() noexcept {
    if constexpr (kActive) {
      static constexpr pbay_provider_active kTable = make_active_table();
      return &kTable;
    } else {
      return nullptr;
    }
  }

  static constexpr pbay_provider_vtbl make_vtbl() {
    pbay_provider_vtbl table{};
    table.size = sizeof table;
    table.create = &create;
    table.destroy = &destroy;
    table.describe = &describe;
    table.call_create = &call_create;
    table.call_destroy = &call_destroy;
    if constexpr (kActive || kCredentials) table.get_extension = &get_extension;
    if constexpr (!kActive) {
      table.build_request = &build_request;
      table.on_frames = &on_frames;
      table.on_end = &on_end;
      if constexpr (requires(CallType & own, const pbay_http_head& head, Sink& sink) {
                      own.on_head(head, sink);
                    }) {
        table.on_head = &on_head;
      }
    }
    return table;
  }
  static constexpr std::uint64_t modes() {
    std::uint64_t modes = 0;
    for (const pbay_op& op : Provider::kOps)
      modes |= PBAY_MODE_BIT(op.mode);
    return modes;
  }

  static constexpr pbay_provider_vtbl kVtbl = make_vtbl();

 public:
  // The Call behind a pbay_call, for functions given to pbay_host_async::post().
  static CallType& call_of(pbay_call* call) noexcept { return reinterpret_cast<Slot*>(call)->call; }

  static constexpr pbay_provider_type kProviderType{
      sizeof(pbay_provider_type), 0, str(Provider::kType), str(Provider::kSchema), modes(), &kVtbl};
};

}  // namespace patchbay::sdk
