#include "core/api/stream_reader.hpp"

namespace patchbay::api {

void answer_from_stream(server::Exchange& exchange,
                        const Context& context,
                        const streams::Description&,
                        std::uint64_t) {
  chat::Failure failure;
  failure.status = 501;
  failure.message = "Streams cannot be read again yet";
  reply_error_text(exchange, context, failure);
}

std::variant<std::uint64_t, chat::Failure> last_event_number(const http::HeaderList&) {
  return std::uint64_t{0};
}

}  // namespace patchbay::api
