// Answering a request with what the store gives, without waiting for it on the worker.
//
//   answer_after_read<Conversation>(
//       exchange, context,
//       [owner, id](Repository& repository) { return repository.conversation(owner, id); },
//       [](const Conversation& found) { return JsonReply{.body = json_of(found)}; });

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "core/api/reply.hpp"
#include "core/api/turns/turn.hpp"
#include "core/storage/ask.hpp"

namespace patchbay::api {

struct JsonReply {
  int status = 200;
  std::string body = {};
  http::HeaderList headers = {};
};

// Waits for the store on behalf of an exchange.
class StorageResponder final : public server::Responder {
 public:
  StorageResponder(server::Exchange& exchange, const Context& context)
      : exchange_(exchange),
        context_(context),
        asker_(*context_.snapshot->services.store, context_.workplace->worker) {}

  void on_gone() override;
  void on_shutdown() override;

  void reply(const JsonReply& reply);
  void refuse(const chat::Failure& failure);
  storage::Asker& asker() { return asker_; }

  // Holds on to something for as long as somebody waits for the answer.
  void keep(std::shared_ptr<void> what) { kept_ = std::move(what); }

  // Attaches one to the exchange; null after it has answered that there is no storage.
  static StorageResponder* attach(server::Exchange& exchange, const Context& context);

 private:
  server::Exchange& exchange_;
  const Context context_;
  storage::Asker asker_;
  std::shared_ptr<void> kept_;
};

// `render` turns what was found into the answer, on the worker.
template <typename T>
void answer_after_read(server::Exchange& exchange,
                       const Context& context,
                       storage::Asker::Job<T> job,
                       std::function<JsonReply(const T&)> render) {
  StorageResponder* const responder = StorageResponder::attach(exchange, context);
  if (responder == nullptr) return;
  responder->asker().template read<T>(std::move(job),
                                      [responder, render = std::move(render)](Result<T> found) {
                                        if (!found)
                                          return responder->refuse(storage_failure(found.error()));
                                        responder->reply(render(*found));
                                      });
}

// The same once it is committed.
template <typename T>
void answer_after_write(server::Exchange& exchange,
                        const Context& context,
                        storage::Asker::Job<T> job,
                        std::function<JsonReply(const T&)> render,
                        std::size_t bytes = 0) {
  StorageResponder* const responder = StorageResponder::attach(exchange, context);
  if (responder == nullptr) return;
  responder->asker().template write<T>(std::move(job),
                                       [responder, render = std::move(render)](Result<T> done) {
                                         if (!done)
                                           return responder->refuse(storage_failure(done.error()));
                                         responder->reply(render(*done));
                                       },
                                       {.bytes = bytes});
}

}  // namespace patchbay::api
