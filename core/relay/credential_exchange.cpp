#include "core/relay/credential_exchange.hpp"

#include <utility>

#include "core/relay/limits.hpp"

namespace patchbay::relay {

using plugin_host::CallError;
using plugin_host::CredentialSource;

void CredentialExchange::begin(Workplace& workplace, std::shared_ptr<Credentials> credentials) {
  const auto exchange = std::make_shared<CredentialExchange>(workplace, std::move(credentials));
  workplace.errands.insert(exchange);
  exchange->ask();
}

CredentialExchange::CredentialExchange(Workplace& workplace,
                                       std::shared_ptr<Credentials> credentials)
    : workplace_(workplace),
      credentials_(std::move(credentials)),
      begun_(credentials_->options_.now()),
      late_(
          workplace.worker,
          [this] { fail(PBAY_ERR_TIMEOUT, "there was no answer in time"); },
          "exchange of a credential") {
  late_.arm(credentials_->options_.timeout);
}

CredentialExchange::~CredentialExchange() {
  if (finished_) return;
  CallError error;
  error.category = PBAY_ERR_OVERLOADED;
  error.message = "the server is shutting down";
  credentials_->exchanged(begun_, {.valid_for = std::nullopt, .failure = std::move(error)});
}

// A callback for the control thread: brings what it is given to the worker, if this is still there.
// The provider lives until it has been called.
template <typename Step>
auto CredentialExchange::on_worker(Step step) {
  return [keep = credentials_,
          &worker = workplace_.worker,
          weak = weak_from_this(),
          step = std::move(step)](auto result, CallError error) {
    worker.post(
        [weak, step, result = std::move(result), error = std::move(error)]() mutable {
          if (const auto self = weak.lock()) step(*self, std::move(result), std::move(error));
        },
        "exchange of a credential");
  };
}

void CredentialExchange::ask() {
  credentials_->instance_->credentials()->build_request(
      on_worker([](CredentialExchange& self,
                   std::optional<CredentialSource::Request> built,
                   CallError error) {
        if (self.finished_) return;
        if (!built) return self.finish({.valid_for = std::nullopt, .failure = std::move(error)});
        self.send(std::move(*built));
      }));
}

void CredentialExchange::send(CredentialSource::Request built) {
  request_ = std::move(built);
  upstream::Request request;
  request.method = request_.method;
  request.url = request_.url;
  for (const auto& [name, value] : request_.headers)
    request.headers.add(name, value);
  if (!request_.body.empty()) request.body.push_back(request_.body);
  request.connection = credentials_->connection_;
  request.timeouts.total = credentials_->options_.timeout;
  transfer_ = workplace_.client.start(std::move(request), *this);
}

void CredentialExchange::on_head(const upstream::ResponseHead& head) {
  response_.status = head.status;
  for (const auto& [name, value] : head.headers)
    response_.headers.emplace_back(name, value);
}

void CredentialExchange::on_body(std::string_view bytes) {
  if (bytes.size() > limits::kCredentialBytesMax - response_.body.size()) {
    return fail(PBAY_ERR_UPSTREAM, "the answer is too large");
  }
  response_.body += bytes;
}

void CredentialExchange::on_end(Status status) {
  if (!status) {
    const bool late = status.error().code == ErrorCode::kTimeout;
    return fail(late ? PBAY_ERR_TIMEOUT : PBAY_ERR_UPSTREAM, status.error().message);
  }
  hand_over();
}

void CredentialExchange::hand_over() {
  transfer_.reset();
  credentials_->instance_->credentials()->on_response(
      std::move(response_),
      on_worker([](CredentialExchange& self,
                   std::optional<std::chrono::nanoseconds> valid_for,
                   CallError error) {
        self.finish({.valid_for = valid_for, .failure = std::move(error)});
      }));
}

void CredentialExchange::fail(std::int32_t category, std::string message) {
  CallError error;
  error.category = category;
  error.message = std::move(message);
  finish({.valid_for = std::nullopt, .failure = std::move(error)});
}

void CredentialExchange::finish(const Credentials::Outcome& outcome) {
  if (std::exchange(finished_, true)) return;
  const auto self = shared_from_this();  // the workplace lets go of it
  late_.cancel();
  transfer_.reset();
  workplace_.errands.erase(self);
  credentials_->exchanged(begun_, outcome);
}

}  // namespace patchbay::relay
