#include "tests/component/credentials/office.hpp"

namespace patchbay::relay {
namespace {

// Long enough for the slowest machine; only a hang gets here.
constexpr std::chrono::seconds kFarTooLong{60};

}  // namespace

std::string TokenServer::response(int status, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

void TokenServer::answer(std::string text, std::size_t times) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < times; ++i)
    answers_.push_back(text);
  changed_.notify_all();
}

void TokenServer::wait_requests(std::size_t count) {
  std::unique_lock lock(mutex_);
  ASSERT_TRUE(changed_.wait_for(lock, kFarTooLong, [&] { return requests_ >= count; }));
}

std::size_t TokenServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::string TokenServer::last_request() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

TokenServer::~TokenServer() {
  const std::lock_guard lock(mutex_);
  closing_ = true;
  changed_.notify_all();
}

void TokenServer::serve(upstream::Peer& peer) {
  while (true) {
    std::string request = peer.read_request();
    if (request.empty()) return;
    std::unique_lock lock(mutex_);
    ++requests_;
    last_ = std::move(request);
    changed_.notify_all();
    changed_.wait(lock, [&] { return closing_ || !answers_.empty(); });
    if (closing_) return;
    const std::string text = std::move(answers_.front());
    answers_.pop_front();
    lock.unlock();
    if (text.empty() || !peer.send(text)) return;
  }
}

void FakeInstance::run(std::function<void()> work) {
  control_.expect();
  control_.run(std::move(work));
}

void FakeInstance::build_request(Built done) {
  run([this, done = std::move(done)] {
    if (refuses) return done(std::nullopt, *refuses);
    done(Request{.method = "POST",
                 .url = url_,
                 .headers = {{"content-type", "text/plain"}},
                 .body = "the secret"},
         {});
  });
}

void FakeInstance::on_response(Response response, Taken done) {
  run([this, response = std::move(response), done = std::move(done)] {
    if (response.status == 200) return done(std::chrono::seconds(valid_for_s), {});
    plugin_host::CallError error;
    error.category = response.status < 500 ? PBAY_ERR_AUTH : PBAY_ERR_OVERLOADED;
    error.message = "it said " + response.body;
    if (response.status == 503) error.retry_after_ms = 20'000;
    done(std::nullopt, std::move(error));
  });
}

CredentialsTest::CredentialsTest() {
  auto started = reactor::Reactor::start({.workers = 2});
  EXPECT_TRUE(started);
  reactor_ = std::move(*started);
  workplaces_.resize(reactor_->size());
  for (unsigned i = 0; i < reactor_->size(); ++i) {
    on_worker(i, [&] { workplaces_[i] = std::make_unique<Workplace>(reactor_->worker(i)); });
  }
  credentials_ = Credentials::of(instance_, to_loopback(), {.now = [this] {
                                   return Clock::now() + std::chrono::seconds(offset_s_.load());
                                 }});
}

CredentialsTest::~CredentialsTest() {
  for (Caller& caller : callers_)
    leave(caller);
  for (unsigned i = 0; i < reactor_->size(); ++i)
    close(i);
  reactor_->stop();
}

upstream::Connection CredentialsTest::to_loopback() {
  upstream::AddressGuard::Named named;
  named.networks.push_back(*IpNetwork::parse("127.0.0.0/8"));
  upstream::Connection connection;
  connection.guard = upstream::AddressGuard(std::move(named));
  return connection;
}

Caller& CredentialsTest::ask(unsigned worker) {
  Caller* caller = nullptr;
  {
    const std::lock_guard lock(mutex_);
    caller = &callers_.emplace_back();
  }
  caller->worker = worker;
  on_worker(worker, [&, caller] {
    caller->wait =
        credentials_->await(*workplaces_[worker], [this, caller](const chat::Failure* failure) {
          caller->wait.reset();
          const std::lock_guard lock(mutex_);
          EXPECT_EQ(caller->state, Caller::State::kWaits) << "told twice, or from inside";
          caller->state = failure == nullptr ? Caller::State::kGoes : Caller::State::kFails;
          if (failure != nullptr) caller->failure = *failure;
          changed_.notify_all();
        });
    const std::lock_guard lock(mutex_);
    caller->state = caller->wait == nullptr ? Caller::State::kGoes : Caller::State::kWaits;
  });
  return *caller;
}

Caller::State CredentialsTest::wait_told(Caller& caller) {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(
      changed_.wait_for(lock, kFarTooLong, [&] { return caller.state != Caller::State::kWaits; }));
  return caller.state;
}

void CredentialsTest::leave(Caller& caller) {
  on_worker(caller.worker, [&] { caller.wait.reset(); });
}

void CredentialsTest::close(unsigned worker) {
  on_worker(worker, [&] { workplaces_[worker].reset(); });
}

void CredentialsTest::fetch_first() {
  server_.answer(TokenServer::response(200, "{}"));
  EXPECT_EQ(wait_told(ask()), Caller::State::kGoes);
  ASSERT_EQ(credentials_->version(), 1u);
}

void CredentialsTest::wait_idle() {
  const Time deadline = Clock::now() + kFarTooLong;
  while (credentials_->exchanging() && Clock::now() < deadline)
    on_worker(0, [] {});
  ASSERT_FALSE(credentials_->exchanging());
}

}  // namespace patchbay::relay
