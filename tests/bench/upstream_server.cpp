#include "tests/bench/upstream_server.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/answers.hpp"

namespace patchbay::bench {
namespace {

constexpr std::uint64_t kListener = ~std::uint64_t{0};
constexpr std::uint64_t kTlsListener = kListener - 1;
constexpr std::uint64_t kStandardInput = kListener - 2;

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::size_t kWheelEntries = 32'768;  // the longest interval is half a minute

SSL_CTX* make_tls(const std::string& certificate, const std::string& key) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr || SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    die("the certificate cannot be used");
  }
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

// The text between `before` and the next quotation mark.
std::string_view text_after(std::string_view body, std::string_view before) {
  const std::size_t at = body.find(before);
  if (at == body.npos) return {};
  const std::string_view rest = body.substr(at + before.size());
  return rest.substr(0, rest.find('"'));
}

// Both proxies write the header's name in one of two ways.
std::size_t content_length(std::string_view head) {
  for (const std::string_view name : {"Content-Length: ", "content-length: "}) {
    const std::size_t at = head.find(name);
    if (at == head.npos) continue;
    std::size_t length = 0;
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return length;
  }
  return 0;
}

std::uint64_t tag_of(std::uint32_t slot, std::uint32_t generation) {
  return (std::uint64_t{generation} << 32) | slot;
}

}  // namespace

UpstreamServer::UpstreamServer(const std::string& certificate, const std::string& key)
    : wheel_(kWheelEntries),
      whole_(whole_answer()),
      half_(half_answer()),
      openai_(openai_stream()),
      anthropic_(anthropic_stream()),
      gemini_(gemini_stream()) {
  listener_ = listen_anywhere(port_);
  epoll_.add(listener_, EPOLLIN, kListener);
  if (!certificate.empty()) {
    tls_ = make_tls(certificate, key);
    tls_listener_ = listen_anywhere(tls_port_);
    epoll_.add(tls_listener_, EPOLLIN, kTlsListener);
  }
}

UpstreamServer::~UpstreamServer() {
  slots_.clear();
  SSL_CTX_free(tls_);
  ::close(listener_);
  if (tls_listener_ >= 0) ::close(tls_listener_);
}

void UpstreamServer::run() {
  epoll_.add(STDIN_FILENO, EPOLLIN, kStandardInput);
  wheel_ms_ = now_ns() / kMillisecond;
  std::array<epoll_event, 256> events;
  for (;;) {
    const int ready = epoll_.wait(events.data(), events.size(), paced_ > 0 ? 1 : -1);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      switch (event.data.u64) {
        case kStandardInput:
          return;
        case kListener:
          accept_all(listener_, false);
          break;
        case kTlsListener:
          accept_all(tls_listener_, true);
          break;
        default:
          on_event(event);
      }
    }
    send_due();
  }
}

void UpstreamServer::accept_all(int listener, bool tls) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    set_no_delay(fd);
    SSL* ssl = nullptr;
    if (tls) {
      ssl = SSL_new(tls_);
      SSL_set_fd(ssl, fd);
      SSL_set_accept_state(ssl);
    }
    std::uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    slots_[slot].peer = std::make_unique<UpstreamPeer>(fd, ssl);
    epoll_.add(fd, EPOLLIN | EPOLLRDHUP, tag_of(slot, slots_[slot].generation));
  }
}

void UpstreamServer::on_event(const epoll_event& event) {
  const auto slot = static_cast<std::uint32_t>(event.data.u64);
  if (slots_[slot].generation != static_cast<std::uint32_t>(event.data.u64 >> 32)) return;
  UpstreamPeer& peer = *slots_[slot].peer;
  bool alive = true;
  if ((event.events & EPOLLOUT) != 0) {
    alive = peer.flush();
    if (alive && !peer.blocked() && peer.answer == UpstreamPeer::Answer::kFlood) {
      alive = peer.send(peer.stream->block);
    }
  }
  if (alive && (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    alive = read(slot);
  }
  if (alive) {
    watch_output(slot);
  } else {
    close_peer(slot);
  }
}

bool UpstreamServer::read(std::uint32_t slot) {
  UpstreamPeer& peer = *slots_[slot].peer;
  return peer.receive(peer.input) && take_requests(slot);
}

bool UpstreamServer::take_requests(std::uint32_t slot) {
  UpstreamPeer& peer = *slots_[slot].peer;
  for (;;) {
    const std::string_view input = peer.input;
    const std::size_t head_end = input.find("\r\n\r\n");
    if (head_end == input.npos) return true;
    const std::size_t body_begin = head_end + 4;
    const std::size_t length = content_length(input.substr(0, head_end));
    if (input.size() < body_begin + length) return true;
    if (!answer(slot, input.substr(0, head_end), input.substr(body_begin, length))) return false;
    peer.input.erase(0, body_begin + length);
  }
}

// The path says whose API is spoken; one of them names the model there.
const Stream& UpstreamServer::stream_for(std::string_view target) const {
  if (target.find(":streamGenerateContent") != target.npos) return gemini_;
  return target.find("/messages") != target.npos ? anthropic_ : openai_;
}

bool UpstreamServer::answer(std::uint32_t slot, std::string_view head, std::string_view body) {
  UpstreamPeer& peer = *slots_[slot].peer;
  const std::string_view target = head.substr(0, head.find("\r\n"));
  peer.stream = &stream_for(target);
  std::string_view model = text_after(body, R"("model":")");
  if (peer.stream == &gemini_) {
    model = target.substr(target.find("/models/") + 8);
    model = model.substr(0, model.find(':'));
  }
  bool alive = true;
  if (model.starts_with("every-")) {
    std::int64_t interval_ms = 20;
    const std::string_view number = model.substr(6);
    std::from_chars(number.data(), number.data() + number.size(), interval_ms);
    peer.answer = UpstreamPeer::Answer::kPaced;
    peer.interval_ns = interval_ms * kMillisecond;
    alive = peer.send(peer.stream->head);
    pace(slot);
  } else if (model == "flood") {
    peer.answer = UpstreamPeer::Answer::kFlood;
    alive = peer.send(peer.stream->head);
  } else if (model == "half") {
    alive = peer.send(half_);
  } else if (model != "silent") {
    alive = peer.send(whole_);
  }
  if (const std::string_view mark = text_after(body, R"("user":")"); mark.starts_with("gone-")) {
    peer.reported = mark;
    std::printf("asked %s\n", peer.reported.c_str());
  }
  return alive;
}

void UpstreamServer::watch_output(std::uint32_t slot) {
  UpstreamPeer& peer = *slots_[slot].peer;
  const bool wanted = peer.blocked() || peer.answer == UpstreamPeer::Answer::kFlood;
  if (wanted == peer.watches_output) return;
  peer.watches_output = wanted;
  const std::uint32_t output = wanted ? std::uint32_t{EPOLLOUT} : 0;
  epoll_.change(peer.fd(), EPOLLIN | EPOLLRDHUP | output, tag_of(slot, slots_[slot].generation));
}

void UpstreamServer::close_peer(std::uint32_t slot) {
  const std::unique_ptr<UpstreamPeer> peer = std::move(slots_[slot].peer);
  if (!peer->reported.empty()) {
    std::printf("closed %s %lld\n", peer->reported.c_str(), static_cast<long long>(now_ns()));
  }
  if (peer->answer == UpstreamPeer::Answer::kPaced) --paced_;
  ++slots_[slot].generation;
  free_.push_back(slot);
}

void UpstreamServer::pace(std::uint32_t slot) {
  // Multiples of the golden ratio fill the interval evenly, however many streams there are.
  constexpr double kGolden = 0.618033988749895;
  const double turns = kGolden * paced_in_all_++;
  const double place = turns - static_cast<double>(static_cast<std::int64_t>(turns));
  UpstreamPeer& peer = *slots_[slot].peer;
  peer.due_ns = now_ns() + kMillisecond +
                static_cast<std::int64_t>(place * static_cast<double>(peer.interval_ns));
  ++paced_;
  wheel_[static_cast<std::size_t>(peer.due_ns / kMillisecond) % kWheelEntries].push_back(
      {slot, slots_[slot].generation});
}

// An event that is late by more than its interval is not made up for: streams must not swarm.
void UpstreamServer::send_due() {
  const std::int64_t now = now_ns();
  for (; wheel_ms_ <= now / kMillisecond; ++wheel_ms_) {
    std::vector<Due> due;
    due.swap(wheel_[static_cast<std::size_t>(wheel_ms_) % kWheelEntries]);
    for (const Due& entry : due) {
      Slot& slot = slots_[entry.slot];
      if (slot.generation != entry.generation || slot.peer == nullptr) continue;
      UpstreamPeer& peer = *slot.peer;
      if (!peer.blocked() && !peer.send(peer.stream->event)) {
        close_peer(entry.slot);
        continue;
      }
      watch_output(entry.slot);
      peer.due_ns += peer.interval_ns;
      if (peer.due_ns <= now) peer.due_ns = now + peer.interval_ns;
      const std::int64_t entry_ms = std::max(peer.due_ns / kMillisecond, wheel_ms_ + 1);
      wheel_[static_cast<std::size_t>(entry_ms) % kWheelEntries].push_back(entry);
    }
  }
}

}  // namespace patchbay::bench
