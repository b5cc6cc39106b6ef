#include "tests/component/upstream/harness.hpp"

#include <chrono>

namespace patchbay::upstream {
namespace {

// Long enough for the slowest machine; only a hang gets here.
constexpr std::chrono::seconds kFarTooLong{60};

// The servers of these tests have no public addresses.
Request to_loopback() {
  static const AddressGuard guard = [] {
    AddressGuard::Named named;
    named.networks.push_back(*IpNetwork::parse("127.0.0.0/8"));
    named.networks.push_back(*IpNetwork::parse("::1"));
    return AddressGuard(std::move(named));
  }();
  Request request;
  request.connection.guard = guard;
  return request;
}

}  // namespace

void Recorder::on_head(const ResponseHead& head) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    EXPECT_FALSE(has_head_) << "on_head() came twice";
    EXPECT_EQ(ends_, 0) << "on_head() after on_end()";
    has_head_ = true;
    head_ = head;
  }
  if (at_head) at_head();
  const std::lock_guard<std::mutex> lock(mutex_);
  head_told_ = true;
  changed_.notify_all();
}

void Recorder::on_body(std::string_view bytes) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    EXPECT_TRUE(has_head_) << "on_body() before on_head()";
    EXPECT_EQ(ends_, 0) << "on_body() after on_end()";
    EXPECT_FALSE(bytes.empty());
    body_.append(bytes);
    ++body_calls_;
  }
  if (at_body) at_body();
  const std::lock_guard<std::mutex> lock(mutex_);
  body_told_ = body_.size();
  changed_.notify_all();
}

void Recorder::on_end(Status status) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    EXPECT_EQ(++ends_, 1) << "on_end() came twice";
    outcome_ = std::move(status);
  }
  if (at_end) at_end();
  const std::lock_guard<std::mutex> lock(mutex_);
  end_told_ = true;
  changed_.notify_all();
}

template <typename Condition>
void Recorder::wait(Condition&& condition) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kFarTooLong, condition)) {
    ADD_FAILURE() << "waited in vain; head " << has_head_ << ", body " << body_.size() << ", ends "
                  << ends_;
  }
}

void Recorder::wait_head() {
  wait([this] { return head_told_ || end_told_; });
}

void Recorder::wait_body(std::size_t bytes) {
  wait([this, bytes] { return body_told_ >= bytes || end_told_; });
}

const Recorder& Recorder::wait_end() {
  wait([this] { return end_told_; });
  return *this;
}

int Recorder::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return head_.status;
}

http::HeaderList Recorder::headers() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return head_.headers;
}

std::int64_t Recorder::content_length() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return head_.content_length;
}

std::string Recorder::body() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return body_;
}

std::size_t Recorder::body_calls() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return body_calls_;
}

bool Recorder::ended() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return outcome_.has_value();
}

bool Recorder::succeeded() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return outcome_ && outcome_->has_value();
}

Error Recorder::error() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!outcome_ || *outcome_) return make_error(ErrorCode::kInternal, "there was no error");
  return outcome_->error();
}

UpstreamTest::UpstreamTest(Client::Options options) {
  auto reactor = reactor::Reactor::start({.workers = 1, .on_fault = [](const char* what) {
                                            ADD_FAILURE() << "a callback threw: " << what;
                                          }});
  if (!reactor) throw std::runtime_error(reactor.error().message);
  reactor_ = std::move(*reactor);
  on_worker([&] { client_ = std::make_unique<Client>(reactor_->worker(0), options); });
}

UpstreamTest::~UpstreamTest() {
  on_worker([&] {
    for (const auto& recorder : recorders_)
      recorder->transfer.reset();
    client_.reset();
  });
  reactor_->stop();
}

Request UpstreamTest::get(std::string url) {
  Request request = to_loopback();
  request.method = "GET";
  request.url = std::move(url);
  return request;
}

Request UpstreamTest::post(std::string url, std::vector<std::string_view> body) {
  Request request = to_loopback();
  request.method = "POST";
  request.url = std::move(url);
  request.body = std::move(body);
  return request;
}

Recorder& UpstreamTest::start(Request request) {
  return start(std::move(request), [](Recorder&) {});
}

Recorder& UpstreamTest::start(Request request, const std::function<void(Recorder&)>& prepare) {
  recorders_.push_back(std::make_unique<Recorder>());
  Recorder& recorder = *recorders_.back();
  prepare(recorder);
  on_worker([&] { recorder.transfer = client_->start(std::move(request), recorder); });
  return recorder;
}

void UpstreamTest::cancel(Recorder& recorder) {
  on_worker([&] { recorder.transfer.reset(); });
}

Client::Counters UpstreamTest::counters() {
  return on_worker([&] { return client_->counters(); });
}

void UpstreamTest::wait_counters(const std::function<bool(const Client::Counters&)>& wanted) {
  const auto give_up = std::chrono::steady_clock::now() + kFarTooLong;
  while (!wanted(counters())) {
    if (std::chrono::steady_clock::now() > give_up) {
      ADD_FAILURE() << "the counters never became as wanted";
      return;
    }
  }
}

std::string answer(std::string_view body, std::string_view fields) {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

RawServer::Script always(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    while (!peer.read_request().empty()) {
      if (!peer.send(text)) return;
    }
  };
}

}  // namespace patchbay::upstream
