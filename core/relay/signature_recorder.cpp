#include "core/relay/signature_recorder.hpp"

#include <algorithm>
#include <utility>

#include "core/chat/event.hpp"
#include "core/json/write.hpp"

namespace patchbay::relay {
namespace {

using chat::event_as;
using chat::view;

// Reasoning is some kilobytes; who sends more than this is not listened to further.
constexpr std::size_t kHeldBytesMax = 1024 * 1024;

// A format of which each call has a proof of its own.
bool is_per_call(std::string_view format) {
  return format.starts_with("google.");
}

}  // namespace

void SignatureRecorder::on_event(const pbay_event& event) {
  if (given_up_) return;
  switch (event.type) {
    case PBAY_EV_REASONING:
      if (const auto* text = event_as<pbay_ev_text>(event)) on_reasoning(*text);
      return;
    case PBAY_EV_SIGNATURE:
      if (const auto* proof = event_as<pbay_ev_signature>(event)) {
        if (!has_room_for(proof->data.len + proof->format.len + sizeof(Proof))) return;
        proofs_.push_back({event.choice,
                           event.item,
                           std::string(view(proof->format)),
                           std::string(view(proof->data))});
      }
      return;
    case PBAY_EV_TOOL_BEGIN:
      if (const auto* tool = event_as<pbay_ev_tool>(event)) {
        if (tool->id.len == 0 || !has_room_for(tool->id.len + tool->name.len + sizeof(Call)))
          return;
        calls_.push_back(
            {event.choice, event.item, std::string(view(tool->id)), std::string(view(tool->name))});
      }
      return;
    case PBAY_EV_FINISH:
      return keep(event.choice);
    default:
      return;
  }
}

void SignatureRecorder::on_reasoning(const pbay_ev_text& event) {
  if (!has_room_for(event.text.len)) return;
  const bool goes_on = !thoughts_.empty() && thoughts_.back().choice == event.h.choice &&
                       thoughts_.back().item == event.h.item;
  if (!goes_on) thoughts_.push_back({event.h.choice, event.h.item, {}});
  if ((event.h.flags & PBAY_EVF_ESCAPED) != 0) {
    thoughts_.back().text += view(event.text);
  } else {
    json::append_escaped(thoughts_.back().text, view(event.text));
  }
}

bool SignatureRecorder::has_room_for(std::size_t bytes) {
  held_ += bytes;
  given_up_ = held_ > kHeldBytesMax;
  if (given_up_) {
    thoughts_.clear();
    proofs_.clear();
    calls_.clear();
  }
  return !given_up_;
}

void SignatureRecorder::keep(std::uint32_t choice) {
  if (proofs_.empty()) return;
  chat::KeptReasoning kept;
  kept.provider = provider_;
  bool any_proof = false;
  for (const Call& call : calls_) {
    if (call.choice != choice) continue;
    auto& made = kept.calls.emplace_back();
    made.id = call.id;
    made.name = call.name;
    const Proof* proof = proof_of(call);
    if (proof == nullptr) continue;
    any_proof = true;
    made.extra_content = R"({"google":{"thought_signature":)";
    json::append_string(made.extra_content, proof->data);
    made.extra_content += "}}";
  }
  kept.details = details_of(choice);
  if (!any_proof && kept.details.empty()) return;
  store_.keep(std::move(kept), Clock::now());
}

const SignatureRecorder::Proof* SignatureRecorder::proof_of(const Call& call) const {
  const auto found = std::find_if(proofs_.begin(), proofs_.end(), [&](const Proof& proof) {
    return proof.choice == call.choice && proof.item == call.item && is_per_call(proof.format);
  });
  return found == proofs_.end() ? nullptr : &*found;
}

bool SignatureRecorder::is_of_call(const Proof& proof) const {
  return is_per_call(proof.format) &&
         std::any_of(calls_.begin(), calls_.end(), [&](const Call& call) {
           return call.choice == proof.choice && call.item == proof.item;
         });
}

std::string_view SignatureRecorder::text_of(const Proof& proof) const {
  for (const Thought& thought : thoughts_) {
    if (thought.choice == proof.choice && thought.item == proof.item) return thought.text;
  }
  return {};
}

std::string SignatureRecorder::details_of(std::uint32_t choice) const {
  std::string details;
  for (const Proof& proof : proofs_) {
    if (proof.choice != choice || is_of_call(proof)) continue;
    details += details.empty() ? '[' : ',';
    const bool redacted = proof.format.ends_with(".redacted");
    json::Writer writer(details);
    writer.begin_object().member("type", redacted ? "reasoning.encrypted" : "reasoning.text");
    if (!redacted) {
      details += ",\"text\":\"";  // as it came
      details += text_of(proof);
      details += '"';
    }
    writer.member(redacted ? "data" : "signature", std::string_view(proof.data))
        .member("format", std::string_view(proof.format))
        .member("index", proof.item)
        .end_object();
  }
  if (!details.empty()) details += ']';
  return details;
}

}  // namespace patchbay::relay
