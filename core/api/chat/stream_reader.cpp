#include "core/api/chat/stream_reader.hpp"

#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/api/storage_reply.hpp"
#include "core/dialects/data_stream/encoder.hpp"
#include "core/dialects/ui_message_stream/encoder.hpp"
#include "core/http/target.hpp"
#include "core/streams/frames.hpp"

namespace patchbay::api {
namespace {

constexpr std::chrono::seconds kKeepAlive{15};

chat::Failure failure_of(int status, std::int32_t category, std::string message) {
  chat::Failure failure;
  failure.category = category;
  failure.status = status;
  failure.message = std::move(message);
  return failure;
}

chat::Failure unknown_stream() {
  return failure_of(404, PBAY_ERR_NOT_FOUND, "There is no such stream");
}

http::HeaderList headers_of(const streams::Description& stream,
                            const Context& context,
                            const server::Request& request) {
  http::HeaderList headers = common_headers(context, request);
  headers.set("content-type", stream.content_type);
  headers.set("x-stream-id", stream.id);
  headers.set("cache-control", "no-cache");
  headers.set("x-accel-buffering", "no");
  namespace data_stream = dialects::data_stream;
  namespace ui_message_stream = dialects::ui_message_stream;
  if (stream.protocol == "data-stream") {
    headers.set(data_stream::kHeader, data_stream::kHeaderValue);
  } else if (stream.protocol == "ui-message-stream") {
    headers.set(ui_message_stream::kHeader, ui_message_stream::kHeaderValue);
  }
  return headers;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  // Room for one more: the frame after it is asked for.
  if (error != std::errc() || rest != end || number == UINT64_MAX) return std::nullopt;
  return number;
}

// An EventSource that comes back asks for the URL it was given first, so its header counts.
std::variant<std::uint64_t, chat::Failure> after_of(const server::Request& request) {
  if (const auto last = request.headers.find("last-event-id"); last && !last->empty()) {
    return last_event_number(request.headers);
  }
  const auto target = http::parse_target(request.target);
  if (!target) return std::uint64_t{0};
  const auto query = http::parse_query(target->query);
  if (!query) return chat::bad_request(query.error().message, {}, "invalid_url");
  const auto after = http::find_parameter(*query, "after");
  if (!after) return std::uint64_t{0};
  if (const auto number = number_of(*after)) return *number;
  return chat::bad_request("after: expected the number of a frame, 0 for all", "after");
}

class StreamReader final : public server::Responder, private streams::Listener {
 public:
  StreamReader(server::Exchange& exchange, const Context& context)
      : exchange_(exchange),
        context_(context),
        hub_(context.snapshot->services.streams),
        keep_alive_(
            exchange.worker(), [this] { keep_alive(); }, "keeping a stream alive") {}

  // Only a stream of who asks.
  void find(const std::string& id, std::uint64_t after) {
    hub_->find(exchange_.worker(),
               context_.principal.owner,
               id,
               alive_,
               [this, after](const std::optional<streams::Description>& found) {
                 if (found) return read(*found, after);
                 reply_error(exchange_, context_, unknown_stream());
               });
  }

  void stop(const std::string& id) {
    hub_->stop(exchange_.worker(), context_.principal.owner, id, alive_, [this](bool asked) {
      if (asked) return reply_json(exchange_, context_, 200, R"({"stopped":true})");
      reply_error(exchange_, context_, unknown_stream());
    });
  }

  void read(const streams::Description& stream, std::uint64_t after) {
    stream_ = stream;
    if (exchange_.request().method == "HEAD") return on_head();
    subscription_ = hub_->read(exchange_.worker(), stream.id, after, *this);
  }

  void on_drain() override {
    if (subscription_ != nullptr) subscription_->set_wanted(true);
  }
  void on_half_close() override { keep_alive(); }
  void on_gone() override { record(499, "the client left"); }
  // What is said elsewhere goes on: a client that sees the end missing comes back for it.
  void on_shutdown() override { lose(503, PBAY_ERR_OVERLOADED, "The server is stopping"); }

 private:
  void on_frames(std::uint64_t first, std::string_view frames) override {
    begin();
    if (stream_.lines) {
      exchange_.write(frames);
    } else {
      write_events(first, frames);
    }
    keep_alive_.arm(kKeepAlive);
    if (!exchange_.writable()) subscription_->set_wanted(false);
  }

  void on_caught_up() override { begin(); }

  void on_end() override {
    if (!exchange_.begun()) {
      record(204, {});
      http::HeaderList headers = headers_of(stream_, context_, exchange_.request());
      headers.remove("content-type");
      return exchange_.respond(204, headers, {});
    }
    end();
  }

  void on_lost() override {
    lose(410, PBAY_ERR_NOT_FOUND, "This part of the stream is not kept any more");
  }

  void write_events(std::uint64_t number, std::string_view frames) {
    std::string out;
    out.reserve(frames.size() + frames.size() / 2);
    for (; !frames.empty(); ++number) {
      const std::size_t size = streams::frame_size(frames, false);
      out += "id: " + std::to_string(number) + "\n";
      out += frames.substr(0, size);
      frames.remove_prefix(size);
    }
    exchange_.write(out);
  }

  void begin() {
    if (exchange_.begun()) return;
    exchange_.begin(200, headers_of(stream_, context_, exchange_.request()), std::nullopt);
    keep_alive_.arm(kKeepAlive);
  }

  void keep_alive() {
    if (!exchange_.begun()) return;
    exchange_.write(stream_.lines ? "\n" : ": \n\n");
    keep_alive_.arm(kKeepAlive);
  }

  void lose(int status, std::int32_t category, const std::string& message) {
    keep_alive_.cancel();
    const chat::Failure failure = failure_of(status, category, message);
    if (!exchange_.begun()) return reply_error(exchange_, context_, failure);
    record(200, message);
    exchange_.abort();
  }

  void on_head() {
    begin();
    end();
  }

  void end() {
    record(200, {});
    keep_alive_.cancel();
    exchange_.end();
  }

  void record(int status, std::string failure) {
    record_request(
        exchange_.request(), context_, {.status = status, .failure = std::move(failure)});
  }

  server::Exchange& exchange_;
  const Context context_;
  const std::shared_ptr<streams::Hub> hub_;
  streams::Description stream_;
  reactor::Timer keep_alive_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // expires with the reader
  std::unique_ptr<streams::Subscription> subscription_;
};

StreamReader& attach_reader(server::Exchange& exchange, const Context& context) {
  auto reader = std::make_unique<StreamReader>(exchange, context);
  StreamReader& attached = *reader;
  exchange.attach(std::move(reader));
  return attached;
}

bool can_be_read(server::Exchange& exchange, const Context& context) {
  if (context.snapshot->services.streams != nullptr) return true;
  reply_error(exchange, context, unknown_stream());
  return false;
}

}  // namespace

void answer_from_stream(server::Exchange& exchange,
                        const Context& context,
                        const streams::Description& stream,
                        std::uint64_t after) {
  attach_reader(exchange, context).read(stream, after);
}

std::variant<std::uint64_t, chat::Failure> last_event_number(const http::HeaderList& headers) {
  std::string_view text = headers.find("last-event-id").value_or("");
  if (text.empty()) return std::uint64_t{0};
  text.remove_prefix(text.rfind(':') + 1);  // the whole of it without a colon
  if (const auto number = number_of(text)) return *number;
  return chat::bad_request("Last-Event-ID: expected the number of an event of this stream",
                           "Last-Event-ID");
}

void read_stream(server::Exchange& exchange, const Context& context) {
  if (!can_be_read(exchange, context)) return;
  auto after = after_of(exchange.request());
  if (const auto* failure = std::get_if<chat::Failure>(&after)) {
    return reply_error(exchange, context, *failure);
  }
  const std::uint64_t number = std::get<std::uint64_t>(after);
  if (context.snapshot->services.store == nullptr) {
    return attach_reader(exchange, context).find(context.segments[0], number);
  }
  // What was deleted is gone, though the hub may still hold it. Where nobody can tell, it is kept.
  StorageResponder* const asking = StorageResponder::attach(exchange, context);
  asking->asker().read<storage::Conversation>(
      [owner = context.principal.owner, id = context.segments[0]](storage::Repository& repository) {
        return repository.conversation_of_version(owner, id);
      },
      [&exchange, context, number](const Result<storage::Conversation>& found) {
        if (!found && found.error().code == ErrorCode::kNotFound) {
          return reply_error(exchange, context, unknown_stream());
        }
        attach_reader(exchange, context).find(context.segments[0], number);
      });
}

void stop_stream(server::Exchange& exchange, const Context& context) {
  if (can_be_read(exchange, context)) attach_reader(exchange, context).stop(context.segments[0]);
}

}  // namespace patchbay::api
