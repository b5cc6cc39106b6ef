#include "core/api/storage_reply.hpp"

namespace patchbay::api {

StorageResponder* StorageResponder::attach(server::Exchange& exchange, const Context& context) {
  if (context.snapshot->services.store == nullptr) {
    reply_error_text(
        exchange, context, storage_failure(make_error(ErrorCode::kUnavailable, "no storage")));
    return nullptr;
  }
  auto responder = std::make_unique<StorageResponder>(exchange, context);
  StorageResponder* const attached = responder.get();
  exchange.attach(std::move(responder));
  return attached;
}

void StorageResponder::on_gone() {
  record_gone(exchange_.request(), context_);
}

void StorageResponder::on_shutdown() {
  refuse(shutting_down());
}

void StorageResponder::reply(const JsonReply& reply) {
  reply_json(exchange_, context_, reply.status, reply.body, reply.headers);
}

void StorageResponder::refuse(const chat::Failure& failure) {
  reply_error_text(exchange_, context_, failure);
}

}  // namespace patchbay::api
