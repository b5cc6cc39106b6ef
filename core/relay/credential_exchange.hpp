// One exchange of a credential, on one worker: the plugin says what to ask, the upstream is asked,
// the plugin takes the answer.
//
//   control thread   build_request            on_response
//   worker                      send, collect             tell the Credentials
//
// It belongs to its workplace, ends with it, and tells its Credentials how it ended in any case.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/reactor/worker.hpp"
#include "core/relay/credentials.hpp"
#include "core/upstream/client.hpp"

namespace patchbay::relay {

class CredentialExchange final : public Errand,
                                 private upstream::ResponseHandler,
                                 public std::enable_shared_from_this<CredentialExchange> {
 public:
  // Begins one. Threads: the workplace's.
  static void begin(Workplace& workplace, std::shared_ptr<Credentials> credentials);

  CredentialExchange(Workplace& workplace, std::shared_ptr<Credentials> credentials);
  ~CredentialExchange() override;
  CredentialExchange(const CredentialExchange&) = delete;
  CredentialExchange& operator=(const CredentialExchange&) = delete;

 private:
  // upstream::ResponseHandler
  void on_head(const upstream::ResponseHead& head) override;
  void on_body(std::string_view bytes) override;
  void on_end(Status status) override;

  void ask();
  void send(plugin_host::CredentialSource::Request built);
  void hand_over();
  void fail(std::int32_t category, std::string message);
  void finish(const Credentials::Outcome& outcome);

  template <typename Step>
  auto on_worker(Step step);

  Workplace& workplace_;
  const std::shared_ptr<Credentials> credentials_;
  const Time begun_;
  reactor::Timer late_;
  plugin_host::CredentialSource::Request request_;  // what is being sent is a view of it
  plugin_host::CredentialSource::Response response_;
  std::unique_ptr<upstream::Transfer> transfer_;
  bool finished_ = false;
};

}  // namespace patchbay::relay
