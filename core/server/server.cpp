#include "core/server/server.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include <unistd.h>

#include "core/http/date.hpp"
#include "core/server/acceptor.hpp"
#include "core/server/connection.hpp"
#include "core/server/listen_socket.hpp"

namespace patchbay::server {
namespace {

// Everything of the server that lives on one worker.
class ServerWorker final : public ConnectionHome {
 public:
  ServerWorker(reactor::Worker& worker,
               const Limits& limits,
               std::atomic<std::size_t>& served,
               int listen_fd,
               std::unique_ptr<Handler> handler)
      : worker_(worker),
        limits_(limits),
        served_(served),
        handler_(std::move(handler)),
        acceptor_(
            worker, listen_fd, [this](int fd, std::string peer) { welcome(fd, std::move(peer)); }),
        bury_(
            worker, [this] { graveyard_.clear(); }, "closed client connections") {}

  bool open() { return acceptor_.open(); }

  void set_limits(const Limits& limits) { limits_ = limits; }

  // `on_empty` runs when the last connection has gone.
  void drain(std::function<void()> on_empty) {
    draining_ = true;
    acceptor_.finish();
    on_empty_ = std::move(on_empty);
    for_each([](Connection& connection) { connection.drain(); });
    announce_if_empty();
  }

  void cut() {
    for_each([](Connection& connection) { connection.cut(); });
  }

  // ConnectionHome
  reactor::Worker& worker() override { return worker_; }
  Handler& handler() override { return *handler_; }
  const Limits& limits() override { return limits_; }
  telemetry::ClientCells& cells() override { return cells_; }
  std::pair<char*, std::size_t> receive_buffer() override {
    return {buffer_.data(), buffer_.size()};
  }
  bool draining() override { return draining_; }

  std::string_view date_line() override {
    const std::int64_t now = unix_ms() / 1000;
    if (now != date_second_) {
      date_second_ = now;
      date_line_ = "Date: " + http::format_date(now) + "\r\n";
    }
    return date_line_;
  }

  void retire(Connection& connection) override {
    const std::size_t place = connection.place;
    if (connection.turned_away()) {
      --turned_away_;
    } else {
      served_.fetch_sub(1, std::memory_order_relaxed);
    }
    graveyard_.push_back(std::move(connections_[place]));
    if (place + 1 != connections_.size()) {
      connections_[place] = std::move(connections_.back());
      connections_[place]->place = place;
    }
    connections_.pop_back();
    cells_.connections.set_size(connections_.size());
    bury_.schedule();
    announce_if_empty();
  }

 private:
  void welcome(int fd, std::string peer) {
    const bool room = served_.fetch_add(1, std::memory_order_relaxed) < limits_.connections_max;
    (room ? cells_.accepted : cells_.refused).add();
    if (!room) {
      served_.fetch_sub(1, std::memory_order_relaxed);
      if (turned_away_ >= limits_.turned_away_max) {
        ::close(fd);
        return;
      }
      ++turned_away_;
    }
    auto connection = std::make_unique<Connection>(
        *this,
        fd,
        std::move(peer),
        room ? Connection::Welcome::kServed : Connection::Welcome::kTurnedAway);
    Connection& opened = *connection;
    opened.place = connections_.size();
    connections_.push_back(std::move(connection));
    cells_.connections.set_size(connections_.size());
    if (!opened.open()) retire(opened);
  }

  // Connections leave the list while it is walked, from the back forward.
  template <typename Visit>
  void for_each(Visit&& visit) {
    for (std::size_t i = connections_.size(); i-- > 0;) {
      if (i < connections_.size()) visit(*connections_[i]);
    }
  }

  void announce_if_empty() {
    if (draining_ && connections_.empty() && on_empty_) std::exchange(on_empty_, nullptr)();
  }

  reactor::Worker& worker_;
  telemetry::ClientCells& cells_ = worker_.metrics().clients;
  Limits limits_;
  std::atomic<std::size_t>& served_;  // connections of all workers, but for those turned away
  std::size_t turned_away_ = 0;       // of this worker
  const std::unique_ptr<Handler> handler_;
  Acceptor acceptor_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::unique_ptr<Connection>> graveyard_;  // destroyed at the end of the turn
  reactor::Deferred bury_;
  std::array<char, 64 * 1024> buffer_;
  std::int64_t date_second_ = -1;
  std::string date_line_;
  bool draining_ = false;
  std::function<void()> on_empty_;
};

// Runs `work` on the worker and waits for it.
void run_on(reactor::Worker& worker, const std::function<void()>& work) {
  std::promise<void> done;
  worker.post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

class ReactorServer final : public Server {
 public:
  ReactorServer(reactor::Reactor& reactor, ListenSocket socket)
      : reactor_(reactor), socket_(std::move(socket)) {}

  ~ReactorServer() override { stop(std::chrono::milliseconds(0)); }

  Status open(const Limits& limits, const HandlerFactory& make_handler) {
    bool opened = true;
    for (unsigned i = 0; i < reactor_.size(); ++i) {
      reactor::Worker& worker = reactor_.worker(i);
      run_on(worker, [&] {
        workers_.push_back(std::make_unique<ServerWorker>(
            worker, limits, served_, socket_.fd(), make_handler(worker)));
      });
    }
    for (unsigned i = 0; i < reactor_.size(); ++i) {
      run_on(reactor_.worker(i), [&] { opened = workers_[i]->open() && opened; });
    }
    if (!opened) return make_error(ErrorCode::kUnavailable, "cannot watch the listening socket");
    return ok();
  }

  [[nodiscard]] const std::string& address() const override { return socket_.address(); }
  [[nodiscard]] bool loopback() const override { return socket_.loopback(); }

  void set_limits(const Limits& limits) override {
    for (unsigned i = 0; i < workers_.size(); ++i) {
      ServerWorker* const worker = workers_[i].get();  // goes on its own thread, after this
      reactor_.worker(i).post([worker, limits] { worker->set_limits(limits); }, "new limits");
    }
  }

  void stop(std::chrono::milliseconds deadline) override {
    if (workers_.empty()) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      busy_ = static_cast<unsigned>(workers_.size());
    }
    for (unsigned i = 0; i < workers_.size(); ++i) {
      run_on(reactor_.worker(i), [&] { workers_[i]->drain([this] { one_is_empty(); }); });
    }
    socket_.close_to_new();
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait_for(lock, deadline, [this] { return busy_ == 0 || hurried_; });
    }
    for (unsigned i = 0; i < workers_.size(); ++i) {
      run_on(reactor_.worker(i), [&] { workers_[i]->cut(); });
    }
    for (unsigned i = 0; i < workers_.size(); ++i) {
      run_on(reactor_.worker(i), [&] { workers_[i].reset(); });
    }
    workers_.clear();
  }

  void hurry() override {
    const std::lock_guard<std::mutex> lock(mutex_);
    hurried_ = true;
    changed_.notify_all();
  }

 private:
  void one_is_empty() {
    const std::lock_guard<std::mutex> lock(mutex_);
    --busy_;
    changed_.notify_all();
  }

  reactor::Reactor& reactor_;
  ListenSocket socket_;
  std::atomic<std::size_t> served_{0};
  std::vector<std::unique_ptr<ServerWorker>> workers_;  // each touched on its own worker only
  std::mutex mutex_;
  std::condition_variable changed_;
  unsigned busy_ = 0;     // guarded by mutex_
  bool hurried_ = false;  // guarded by mutex_
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(reactor::Reactor& reactor,
                                              Options options,
                                              const HandlerFactory& make_handler) {
  auto socket = ListenSocket::open(options.address);
  if (!socket) return socket.error();
  auto server = std::make_unique<ReactorServer>(reactor, std::move(*socket));
  if (auto opened = server->open(options.limits, make_handler); !opened) return opened.error();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace patchbay::server
