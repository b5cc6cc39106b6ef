// The Call that the relay holds: the ABI's functions in their order, checked on the way out.

#include <utility>

#include "core/plugin_host/active_call.hpp"
#include "core/plugin_host/call_error.hpp"
#include "core/plugin_host/call_state.hpp"
#include "core/plugin_host/instance.hpp"
#include "core/plugin_host/retirable_instance.hpp"

namespace patchbay::plugin_host {
namespace {

constexpr unsigned allow(pbay_status status) {
  return 1U << static_cast<unsigned>(status);
}

class HostedCall final : public Call {
 public:
  HostedCall(std::shared_ptr<CallState> state, std::size_t parts)
      : state_(std::move(state)), parts_(parts) {}
  ~HostedCall() override { state_->close(); }

  [[nodiscard]] bool active() const override { return state_->active() != nullptr; }

  pbay_status build_request(pbay_http_request& out) override {
    if (table().build_request == nullptr) return PBAY_E_UNSUPPORTED;
    out = {};
    out.size = sizeof out;
    const pbay_status status = CallState::run(
        state_, {.name = "build_request"}, table().build_request, state_->raw(), &out);
    if (status == PBAY_OK && !is_sound(out)) {
      state_->host().misbehaved("build_request() gave a request that cannot be sent");
      return PBAY_E_FAIL;
    }
    return status;
  }

  pbay_status on_head(const pbay_http_head& head) override {
    if (table().on_head == nullptr) return PBAY_OK;
    return CallState::run(state_,
                          {.name = "on_head",
                           .allowed = allow(PBAY_S_NEXT_REQUEST) | allow(PBAY_S_PASSTHROUGH),
                           .sink = state_->sink()},
                          table().on_head,
                          state_->raw(),
                          &head,
                          state_->sink());
  }

  pbay_status on_frames(const pbay_frame* frames, std::size_t count) override {
    if (table().on_frames == nullptr) return PBAY_E_UNSUPPORTED;
    return CallState::run(
        state_,
        {.name = "on_frames", .allowed = allow(PBAY_S_STOP), .sink = state_->sink()},
        table().on_frames,
        state_->raw(),
        frames,
        count,
        state_->sink());
  }

  pbay_status on_end(const pbay_http_end& end) override {
    if (table().on_end == nullptr) return PBAY_E_UNSUPPORTED;
    return CallState::run(
        state_,
        {.name = "on_end", .allowed = allow(PBAY_S_NEXT_REQUEST), .sink = state_->sink()},
        table().on_end,
        state_->raw(),
        &end,
        state_->sink());
  }

  pbay_status start() override {
    return state_->active() == nullptr ? PBAY_E_UNSUPPORTED : state_->active()->start();
  }

  void cancel() override {
    if (state_->active() != nullptr) {
      state_->active()->cancel();
    } else {
      state_->mark_cancelled();
    }
  }

  void set_writable(bool writable) override {
    if (state_->active() != nullptr) state_->active()->set_writable(writable);
  }

  [[nodiscard]] const CallError& error() const override { return state_->error(); }
  [[nodiscard]] const Instance& instance() const override { return state_->instance(); }

 private:
  [[nodiscard]] const pbay_provider_vtbl& table() const { return state_->instance().table(); }

  // What whoever sends it relies on: a method, a URL, and pieces that exist.
  [[nodiscard]] bool is_sound(const pbay_http_request& request) const {
    const auto filled = [](const pbay_str& text) { return text.ptr != nullptr && text.len != 0; };
    if (!filled(request.method) || !filled(request.url)) return false;
    if (request.headers == nullptr && request.header_count != 0) return false;
    if (request.body == nullptr && request.body_count != 0) return false;
    for (std::size_t i = 0; i < request.body_count; ++i) {
      const pbay_piece& piece = request.body[i];
      if (piece.source < PBAY_PIECE_CLIENT_BODY) return false;
      if (piece.source >= 0 && static_cast<std::uint64_t>(piece.source) >= parts_) return false;
      if (piece.bytes.ptr == nullptr && piece.bytes.len != 0) return false;
    }
    return true;
  }

  const std::shared_ptr<CallState> state_;
  const std::size_t parts_;  // of the client's multipart body
};

}  // namespace

bool Instance::offers(pbay_mode mode, std::string_view dialect) const {
  for (const Operation& operation : operations()) {
    if (operation.mode == mode && operation.dialect == dialect) return true;
  }
  return false;
}

Result<std::unique_ptr<Call>> Call::create(std::shared_ptr<Instance> instance,
                                           pbay_request& request,
                                           CallObserver& observer,
                                           Post post,
                                           CallError* failure) {
  const auto* retirable = dynamic_cast<const RetirableInstance*>(instance.get());
  if (retirable == nullptr) {
    return make_error(ErrorCode::kInternal, "this provider was not made by a plugin");
  }
  std::shared_ptr<ProviderInstance> provider = retirable->acquire();
  if (provider == nullptr) {
    return make_error(ErrorCode::kUnavailable,
                      "The provider `" + retirable->name() + "` is not there any more");
  }
  auto state = std::make_shared<CallState>(std::move(provider), observer);
  if (state->begin(request, std::move(post)) < 0) {
    if (failure != nullptr) *failure = state->error();
    return to_error(state->error());
  }
  return std::unique_ptr<Call>(std::make_unique<HostedCall>(std::move(state), request.part_count));
}

}  // namespace patchbay::plugin_host
