#include "core/api/chat/stop_answer.hpp"

#include <memory>
#include <utility>

#include "core/api/storage_reply.hpp"
#include "core/api/turns/streaming_version.hpp"

namespace patchbay::api {
namespace {

constexpr const char* kStopped = R"({"success":true,"message":"The answer is being stopped"})";
constexpr const char* kNothing =
    R"({"success":false,"message":"No answer is being written in this session"})";

}  // namespace

void stop_answer(server::Exchange& exchange, const Context& context, NamedConversation which) {
  StorageResponder* const responder = StorageResponder::attach(exchange, context);
  if (responder == nullptr) return;
  const std::string owner = context.principal.owner;
  // Whoever waits for the hub: gone with the responder.
  const auto waiting = std::make_shared<int>(0);
  responder->keep(waiting);
  reactor::Worker& worker = context.workplace->worker;
  responder->asker().read<std::string>(
      [owner, which = std::move(which)](storage::Repository& repository) {
        return streaming_version(repository, owner, which);
      },
      [responder,
       owner,
       &worker,
       hub = context.snapshot->services.streams,
       alive = std::weak_ptr<void>(waiting)](Result<std::string> version) {
        if (!version && version.error().code != ErrorCode::kNotFound) {
          return responder->refuse(storage_failure(version.error()));
        }
        if (!version || version->empty()) return responder->reply({.body = kNothing});
        hub->stop(worker, owner, *version, alive, [responder](bool there) {
          responder->reply({.body = there ? kStopped : kNothing});
        });
      });
}

Result<std::string> delete_with_answer(storage::Repository& repository,
                                       const std::string& owner,
                                       const std::string& conversation) {
  auto version = streaming_version(repository, owner, {.id = conversation});
  if (!version) return version.error();
  auto gone = repository.delete_conversation(owner, conversation);
  return gone ? version : gone.error();
}

void stop_deleted(const Context& context, const std::string& version) {
  if (version.empty()) return;
  const auto nobody = std::make_shared<int>(0);
  context.snapshot->services.streams->stop(
      context.workplace->worker, context.principal.owner, version, nobody, [nobody](bool) {});
}

}  // namespace patchbay::api
