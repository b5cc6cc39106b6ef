#include "core/api/admin/metrics.hpp"

#include <memory>
#include <utility>

#include "core/telemetry/metrics.hpp"

namespace patchbay::api {
namespace {

class ScrapeResponder;

// Held by the responder and by the page that is on its way to it; read and written on the
// responder's worker alone.
struct Ticket {
  ScrapeResponder* responder = nullptr;  // null when nobody waits any more
};

class ScrapeResponder final : public server::Responder {
 public:
  ScrapeResponder(server::Exchange& exchange, Context context)
      : exchange_(exchange), context_(std::move(context)) {
    ticket_->responder = this;
  }
  ~ScrapeResponder() override { ticket_->responder = nullptr; }

  void start() {
    reactor::Worker& worker = context_.workplace->worker;
    worker.metrics().all.scrape([ticket = ticket_, &worker](const auto& page) {
      worker.post(
          [ticket, page] {
            if (ticket->responder != nullptr) ticket->responder->answer(*page);
          },
          "page of metrics");
    });
  }

  void on_gone() override { record_gone(exchange_.request(), context_); }

  void on_shutdown() override { reply_failure(exchange_, context_, shutting_down()); }

 private:
  void answer(const std::string& page) {
    http::HeaderList headers = common_headers(context_, exchange_.request());
    headers.add("content-type", telemetry::kExpositionType);
    record_request(exchange_.request(), context_, {.status = 200});
    exchange_.respond(200, headers, page);
  }

  server::Exchange& exchange_;
  const Context context_;
  const std::shared_ptr<Ticket> ticket_ = std::make_shared<Ticket>();
};

}  // namespace

void metrics(server::Exchange& exchange, const Context& context) {
  auto responder = std::make_unique<ScrapeResponder>(exchange, context);
  ScrapeResponder& waiting = *responder;
  exchange.attach(std::move(responder));
  waiting.start();
}

}  // namespace patchbay::api
