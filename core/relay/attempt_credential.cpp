// The part of an attempt that has to do with a credential which expires: waiting for one, and
// beginning once more with another.

#include "core/relay/attempt.hpp"

namespace patchbay::relay {

// The provider's time-out in all counts from here; the client's own is minded by the call.
void Attempt::await_credential() {
  if (provider_.credentials == nullptr) return begin();
  if (provider_.timeouts.total.count() > 0) total_.arm_at(begun_ + provider_.timeouts.total);
  wait_ = provider_.credentials->await(workplace_, [this](const chat::Failure* failure) {
    wait_.reset();
    if (failure != nullptr) return fail(*failure);
    begin();
  });
  if (wait_ == nullptr) begin();
}

// Whether the upstream refused a credential that may be renewed: then the call begins once more,
// unseen by the client, which has heard nothing yet.
bool Attempt::renew_credential() {
  if (provider_.credentials == nullptr || answered_ || renewed_) return false;
  const plugin_host::CallError& error = call_->error();
  const bool refused = (error.flags & PBAY_ERRF_REFRESH_AUTH) != 0 ||
                       (answer_status_ == 401 && error.category == PBAY_ERR_AUTH);
  if (!refused || !provider_.credentials->refused(credential_)) return false;
  renewed_ = true;
  transfer_.reset();
  call_.reset();
  answer_status_ = 0;
  answer_headers_.clear();
  ++request_.attempt;
  await_credential();
  return true;
}

}  // namespace patchbay::relay
