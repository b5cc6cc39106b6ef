// The server's handler on one worker: policy, routing to handlers, and answers for what has none.

#pragma once

#include <memory>
#include <utility>

#include "core/api/reply.hpp"
#include "core/api/routes.hpp"
#include "core/server/exchange.hpp"

namespace patchbay::api {

class ApiHandler final : public server::Handler {
 public:
  ApiHandler(reactor::Worker& worker, SnapshotPtr snapshot);
  ~ApiHandler() override;

  // Requests that come from now on are answered by `snapshot`; those under way keep their own.
  // On the handler's worker.
  void use(SnapshotPtr snapshot);

  void handle(server::Exchange& exchange) override;
  server::Rejection reject(int status,
                           std::string_view message,
                           const server::Request& request) override;

 private:
  // What stands between a path that is known and its handler.
  void admit(server::Exchange& exchange, Context context, Match match);
  // True after a request was refused that another site's page or name has brought here.
  bool is_foreign(server::Exchange& exchange, const Context& context);
  // Says who asks, in the context; false after a refusal.
  bool identify(server::Exchange& exchange, Context& context);
  void preflight(server::Exchange& exchange, const Context& context, std::string_view allow);

  // What the hub of streams keeps on this worker goes last: all the others may use it.
  class StreamsPlace {
   public:
    StreamsPlace(reactor::Worker& worker, std::shared_ptr<streams::Hub> hub)
        : worker_(worker), hub_(std::move(hub)) {}
    ~StreamsPlace() {
      if (hub_ != nullptr) hub_->leave(worker_);
    }
    StreamsPlace(const StreamsPlace&) = delete;
    StreamsPlace& operator=(const StreamsPlace&) = delete;

   private:
    reactor::Worker& worker_;
    const std::shared_ptr<streams::Hub> hub_;
  };

  const StreamsPlace streams_place_;
  const std::shared_ptr<relay::SignatureStore> signatures_;
  std::unique_ptr<storage::redis::Client> redis_;  // null where nothing is shared
  std::unique_ptr<access::RedisLimiter> limiter_;  // null where this process counts alone
  std::unique_ptr<LoginGuard> logins_;
  relay::Workplace workplace_;
  SnapshotPtr snapshot_;
  std::unique_ptr<DocumentIndexer> indexer_;  // null where nothing is stored
};

}  // namespace patchbay::api
