#include "core/api/tools/inner_call.hpp"

#include <cstring>
#include <utility>

#include "core/chat/event.hpp"
#include "core/dialects/vector_data.hpp"
#include "core/json/scan.hpp"
#include "core/json/unescape.hpp"
#include "core/json/write.hpp"

namespace patchbay::api {
namespace {

using chat::event_as;

// More inputs than one request has; a larger number is a plugin's mistake.
constexpr std::uint32_t kInputsMax = 64 * 1024;

relay::CallRequest in_events(relay::CallRequest request) {
  request.same_dialect = false;
  return request;
}

}  // namespace

// Keeps what one attempt says; the answer is no bytes.
class InnerCall::Gatherer final : public chat::Encoder {
 public:
  explicit Gatherer(InnerCall& call) : call_(call) {
    call_.escaped_.clear();
    call_.answer_ = {};
    call_.bytes_ = 0;
    call_.too_large_ = false;
  }

  [[nodiscard]] std::string_view content_type() const override { return "application/json"; }
  [[nodiscard]] bool streaming() const override { return false; }
  void finish(std::string&) override {}
  void fail(const chat::Failure&, std::string&) override {}
  [[nodiscard]] std::string_view vendor_header_prefix() const override { return "x-"; }
  [[nodiscard]] std::string_view keep_alive() const override { return {}; }
  void show_model(std::string_view json, std::string& out) const override { out += json; }
  [[nodiscard]] chat::Usage usage() const override { return call_.answer_.usage; }
  void read_usage(std::string_view) override {}

  pbay_status on_event(const pbay_event& event, std::string&) override {
    switch (event.type) {
      case PBAY_EV_TEXT:
      case PBAY_EV_REFUSAL:
        return take_text(event);
      case PBAY_EV_EMBEDDING:
        return take_vector(event);
      case PBAY_EV_USAGE:
        if (const auto* usage = event_as<pbay_ev_usage>(event)) {
          call_.answer_.usage = {usage->input, usage->output, usage->cache_read};
        }
        return PBAY_OK;
      default:
        return PBAY_OK;
    }
  }

 private:
  pbay_status room_for(std::size_t bytes) {
    call_.bytes_ += bytes;
    call_.too_large_ = call_.bytes_ > call_.bytes_max_;
    return call_.too_large_ ? PBAY_E_FAIL : PBAY_OK;
  }

  // Pieces are unescaped together: a provider may cut between the halves of a character.
  pbay_status take_text(const pbay_event& event) {
    const auto* text = event_as<pbay_ev_text>(event);
    if (text == nullptr) return PBAY_E_PROTOCOL;
    if (event.choice != 0) return PBAY_OK;
    if (const pbay_status room = room_for(text->text.len); room < 0) return room;
    if ((event.flags & PBAY_EVF_ESCAPED) != 0) {
      call_.escaped_ += chat::view(text->text);
    } else {
      json::append_escaped(call_.escaped_, chat::view(text->text));
    }
    return PBAY_OK;
  }

  pbay_status take_vector(const pbay_event& event) {
    const auto* embedding = event_as<pbay_ev_embedding>(event);
    if (embedding == nullptr || event.choice >= kInputsMax) return PBAY_E_PROTOCOL;
    const auto bytes = dialects::float_bytes(*embedding);
    if (!bytes) return PBAY_E_PROTOCOL;
    if (const pbay_status room = room_for(bytes->size()); room < 0) return room;
    auto& vectors = call_.answer_.embeddings;
    if (event.choice >= vectors.size()) vectors.resize(event.choice + 1);
    std::vector<float>& vector = vectors[event.choice];
    vector.resize(bytes->size() / sizeof(float));
    if (!vector.empty()) std::memcpy(vector.data(), bytes->data(), bytes->size());
    return PBAY_OK;
  }

  InnerCall& call_;
};

InnerCall::InnerCall(const Context& context,
                     relay::CallRequest request,
                     routing::Route route,
                     std::size_t answer_bytes_max,
                     Then then)
    : snapshot_(context.snapshot),
      bytes_max_(answer_bytes_max),
      then_(std::move(then)),
      told_(
          context.workplace->worker, [this] { tell(); }, "answer to a call of our own"),
      call_(
          {*context.workplace, snapshot_->providers},
          in_events(std::move(request)),
          std::move(route),
          [this] { return make_encoder(); },
          static_cast<relay::ClientSide&>(*this)) {}

InnerCall::~InnerCall() = default;

void InnerCall::start() {
  call_.start();
}

std::unique_ptr<chat::Encoder> InnerCall::make_encoder() {
  return std::make_unique<Gatherer>(*this);
}

// The call is in the middle of telling us here, and must not be destroyed yet.
void InnerCall::respond(int, const http::HeaderList&, std::string_view) {
  if (json::validate('"' + escaped_ + '"')) {
    json::append_unescaped(answer_.text, escaped_);
  } else {
    failure_.emplace();
    failure_->category = PBAY_ERR_UPSTREAM;
    failure_->message = "The answer holds text that cannot be read";
  }
  told_.schedule();
}

void InnerCall::refuse(const chat::Failure& failure, const http::HeaderList&) {
  failure_ = failure;
  if (too_large_) {
    failure_.emplace();
    failure_->category = PBAY_ERR_UPSTREAM;
    failure_->message = "The answer is larger than " + std::to_string(bytes_max_) + " bytes";
  }
  told_.schedule();
}

void InnerCall::end() {
  respond(200, {}, {});
}

void InnerCall::abort() {
  chat::Failure failure;
  failure.category = PBAY_ERR_UPSTREAM;
  failure.message = "The answer broke off";
  refuse(failure, {});
}

void InnerCall::tell() {
  const Then then = std::move(then_);  // which may destroy us
  if (failure_) return then(*std::move(failure_));
  then(std::move(answer_));
}

}  // namespace patchbay::api
