// Listens to the events of one answer, and has the store keep the signatures of its reasoning where
// it calls tools. An answer without signatures, or without calls, leaves nothing behind.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/relay/signature_store.hpp"
#include "patchbay/abi.h"

namespace patchbay::relay {

class SignatureRecorder {
 public:
  // `store` must outlive the recorder. `provider`: whose answer it is.
  SignatureRecorder(SignatureStore& store, std::string provider)
      : store_(store), provider_(std::move(provider)) {}

  // At an answer's finish it is kept.
  void on_event(const pbay_event& event);

 private:
  struct Thought {
    std::uint32_t choice, item;
    std::string text;  // the inside of a JSON string
  };
  struct Proof {
    std::uint32_t choice, item;
    std::string format, data;
  };
  struct Call {
    std::uint32_t choice, item;
    std::string id, name;
  };

  void on_reasoning(const pbay_ev_text& event);
  void keep(std::uint32_t choice);
  [[nodiscard]] std::string details_of(std::uint32_t choice) const;
  [[nodiscard]] std::string_view text_of(const Proof& proof) const;
  [[nodiscard]] const Proof* proof_of(const Call& call) const;
  [[nodiscard]] bool is_of_call(const Proof& proof) const;
  bool has_room_for(std::size_t bytes);

  SignatureStore& store_;
  const std::string provider_;
  std::vector<Thought> thoughts_;
  std::vector<Proof> proofs_;
  std::vector<Call> calls_;
  std::size_t held_ = 0;
  bool given_up_ = false;
};

}  // namespace patchbay::relay
