// Where a C++ plugin's events go: one function an event. Part of plugin.hpp.
//
//   sink.meta({.id = "a1", .model = "m"});
//   sink.text({.choice = 0, .item = 0}, "Hello");
//   sink.item_end({.choice = 0, .item = 0});
//   sink.finish(0, PBAY_FINISH_STOP, "stop");
//   return sink.status();
//
// Once an event was refused for good (the call is cancelled, the host has given up), the Sink takes
// no more and every function returns the same failure, so a plugin may look at status() once at the
// end. WOULD_BLOCK, which only a provider with threads of its own can meet, is not remembered: the
// event was not taken and is to be given again.
//
// Texts are views, read before the function returns. kEscaped says that a text is the inside of a
// JSON string, escapes and all, as a plugin finds it in an upstream frame: it reaches the client
// without being touched.

#pragma once

#include <cstdint>
#include <string_view>

#include "patchbay/abi.h"
#include "patchbay/host.hpp"

namespace patchbay::sdk {

// Which block of which answer an event belongs to.
struct At {
  std::uint32_t choice = 0;
  std::uint32_t item = 0;
};

enum class Escaping : std::uint32_t { kPlain = 0, kEscaped = PBAY_EVF_ESCAPED };

struct Meta {
  std::string_view id = {};
  std::string_view model = {};
  std::string_view fingerprint = {};
  std::int64_t created = 0;  // Unix seconds; 0 unknown
};

// Usage with everything unknown; its members are set one by one.
inline pbay_ev_usage unknown_usage() noexcept {
  return PBAY_USAGE_INIT;
}

class Sink {
 public:
  explicit Sink(pbay_sink* sink) noexcept : sink_(sink) {}
  Sink(const pbay_host* host, const pbay_host_async* async, pbay_call_id call) noexcept
      : host_(host), async_(async), call_(call) {}

  // PBAY_OK, or the failure that closed the sink.
  [[nodiscard]] pbay_status status() const noexcept { return status_; }

  pbay_status meta(const Meta& meta) noexcept {
    const pbay_ev_meta event{head<pbay_ev_meta>(PBAY_EV_META, {}),
                             str(meta.id),
                             str(meta.model),
                             str(meta.fingerprint),
                             meta.created};
    return emit(event.h);
  }
  pbay_status text(At at, std::string_view text, Escaping escaping = Escaping::kPlain) noexcept {
    return piece_of(PBAY_EV_TEXT, at, text, escaping);
  }
  pbay_status reasoning(At at,
                        std::string_view text,
                        Escaping escaping = Escaping::kPlain) noexcept {
    return piece_of(PBAY_EV_REASONING, at, text, escaping);
  }
  pbay_status refusal(At at, std::string_view text, Escaping escaping = Escaping::kPlain) noexcept {
    return piece_of(PBAY_EV_REFUSAL, at, text, escaping);
  }
  pbay_status tool_begin(At at, std::string_view id, std::string_view name) noexcept {
    const pbay_ev_tool event{head<pbay_ev_tool>(PBAY_EV_TOOL_BEGIN, at), str(id), str(name)};
    return emit(event.h);
  }
  // The next piece of the arguments, which all together are JSON text.
  pbay_status tool_args(At at,
                        std::string_view text,
                        Escaping escaping = Escaping::kPlain) noexcept {
    return piece_of(PBAY_EV_TOOL_ARGS, at, text, escaping);
  }
  pbay_status signature(At at, std::string_view format, std::string_view data) noexcept {
    const pbay_ev_signature event{
        head<pbay_ev_signature>(PBAY_EV_SIGNATURE, at), str(format), str(data)};
    return emit(event.h);
  }
  pbay_status item_end(At at) noexcept { return emit(head<pbay_event>(PBAY_EV_ITEM_END, at)); }
  pbay_status finish(std::uint32_t choice, std::int32_t reason, std::string_view native) noexcept {
    const pbay_ev_finish event{
        head<pbay_ev_finish>(PBAY_EV_FINISH, {.choice = choice}), reason, 0, str(native)};
    return emit(event.h);
  }
  pbay_status usage(const pbay_ev_usage& usage) noexcept { return emit(usage.h); }
  // A field that has no event; `json` is its value. `scope`: PBAY_AT_*.
  pbay_status extra(At at,
                    std::int32_t scope,
                    std::string_view key,
                    std::string_view json) noexcept {
    const pbay_ev_extra event{
        head<pbay_ev_extra>(PBAY_EV_EXTRA, at), scope, 0, str(key), bytes(json)};
    return emit(event.h);
  }
  // A chunk, or the whole answer, in the client's own dialect; only where the request says so.
  pbay_status raw(std::string_view data, std::string_view content_type = {}) noexcept {
    const pbay_ev_raw event{head<pbay_ev_raw>(PBAY_EV_RAW, {}), str(content_type), bytes(data)};
    return emit(event.h);
  }
  pbay_status audio(At at, std::string_view data, std::string_view content_type) noexcept {
    const pbay_ev_raw event{head<pbay_ev_raw>(PBAY_EV_AUDIO, at), str(content_type), bytes(data)};
    return emit(event.h);
  }
  // A final image; `kind`: PBAY_DATA_*.
  pbay_status image(At at,
                    std::int32_t kind,
                    std::string_view data,
                    std::string_view mime = {},
                    std::string_view revised_prompt = {}) noexcept {
    const pbay_ev_image event{head<pbay_ev_image>(PBAY_EV_IMAGE, at),
                              kind,
                              -1,
                              str(mime),
                              bytes(data),
                              str(revised_prompt)};
    return emit(event.h);
  }

  // A preview of an image that is still being made; `number` counts from 0.
  pbay_status preview(At at,
                      std::int32_t number,
                      std::int32_t kind,
                      std::string_view data,
                      std::string_view mime = {}) noexcept {
    const pbay_ev_image event{
        head<pbay_ev_image>(PBAY_EV_IMAGE, at), kind, number, str(mime), bytes(data), {}};
    return emit(event.h);
  }
  // A timed piece of a transcript; microseconds from the beginning of the recording.
  pbay_status segment(At at,
                      std::string_view text,
                      std::int64_t start_us,
                      std::int64_t end_us) noexcept {
    const pbay_ev_segment event{
        head<pbay_ev_segment>(PBAY_EV_SEGMENT, at), str(text), start_us, end_us};
    return emit(event.h);
  }
  // The vector of the input number `input`; `kind`: PBAY_VEC_*, `dims`: how many numbers it has.
  pbay_status embedding(std::uint32_t input,
                        std::int32_t kind,
                        std::uint32_t dims,
                        std::string_view data) noexcept {
    const pbay_ev_embedding event{
        head<pbay_ev_embedding>(PBAY_EV_EMBEDDING, {.choice = input}), kind, dims, bytes(data)};
    return emit(event.h);
  }
  // An entry of the list of models. The event's head is filled in here.
  pbay_status model(pbay_ev_model model) noexcept {
    model.h = head<pbay_ev_model>(PBAY_EV_MODEL, {});
    return emit(model.h);
  }

  // Any other event, filled in by the caller, its head included.
  pbay_status emit(const pbay_event& event) noexcept {
    if (status_ < 0) return status_;
    const pbay_status status =
        sink_ != nullptr ? sink_->emit(sink_, &event) : async_->emit(host_, call_, &event);
    if (status < 0 && status != PBAY_E_WOULD_BLOCK) status_ = status;
    return status < 0 ? status : PBAY_OK;
  }

 private:
  template <typename Event>
  static pbay_event head(std::uint32_t type, At at, std::uint32_t flags = 0) noexcept {
    return {sizeof(Event), type, flags, 0, at.choice, at.item};
  }
  pbay_status piece_of(std::uint32_t type,
                       At at,
                       std::string_view text,
                       Escaping escaping) noexcept {
    const pbay_ev_text event{head<pbay_ev_text>(type, at, static_cast<std::uint32_t>(escaping)),
                             str(text)};
    return emit(event.h);
  }

  pbay_sink* sink_ = nullptr;  // inside a callback; otherwise the three below
  const pbay_host* host_ = nullptr;
  const pbay_host_async* async_ = nullptr;
  pbay_call_id call_ = 0;
  pbay_status status_ = PBAY_OK;
};

}  // namespace patchbay::sdk
