#include "core/api/turns/turn.hpp"

#include <utility>

#include "core/api/turns/running_turn.hpp"

namespace patchbay::api {

chat::Failure storage_failure(const Error& error) {
  chat::Failure failure;
  failure.message = error.message;
  switch (error.code) {
    case ErrorCode::kNotFound:
      failure.category = PBAY_ERR_NOT_FOUND;
      failure.status = 404;
      failure.code = "not_found";
      return failure;
    case ErrorCode::kConflict:
      failure.category = PBAY_ERR_CONFLICT;
      failure.status = 409;
      failure.code = "conflict";
      return failure;
    case ErrorCode::kInvalid:
      return chat::bad_request(error.message);
    case ErrorCode::kTooLarge:
      failure.category = PBAY_ERR_TOO_LARGE;
      failure.status = 413;
      return failure;
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
      failure.category = PBAY_ERR_OVERLOADED;
      failure.status = 503;
      failure.code = "storage_unavailable";
      failure.message = "Conversations cannot be stored or read at the moment; try again";
      failure.retry_after_ms = 2'000;
      return failure;
    default:
      failure.category = PBAY_ERR_INTERNAL;
      failure.status = 500;
      failure.message = "The conversation could not be stored";
      return failure;
  }
}

void answer_by_turn(server::Exchange& exchange, const Context& context, TurnPlan plan) {
  const Services& services = context.snapshot->services;
  if (services.store == nullptr || services.streams == nullptr) {
    const Refuse refuse = plan.refuse;
    return refuse(exchange,
                  context,
                  storage_failure(make_error(ErrorCode::kUnavailable, "no storage")),
                  {},
                  {});
  }
  RunningTurn::start(exchange, context, std::move(plan));
}

}  // namespace patchbay::api
