// One live connection to an upstream, and the bytes on it.
//
// Made by libcurl, which keeps what it needs for TLS; plain connections are read and written
// directly. The link does not know what the bytes mean.
//
// Threads: the worker's.

#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include <curl/curl.h>

#include "core/reactor/worker.hpp"
#include "core/upstream/endpoint.hpp"
#include "core/upstream/outgoing.hpp"
#include "core/upstream/shard.hpp"

namespace patchbay::upstream {

class Link {
 public:
  // Most bytes that one TLS record carries; a read into less room may leave some inside libcurl,
  // where no readiness tells of them.
  static constexpr std::size_t kRecordBytes = 16 * 1024;

  class User {
   public:
    virtual ~User() = default;

    // The connection can be read or written, or has failed. The user may close() the link.
    virtual void on_link_ready(Link& link, reactor::Ready ready) = 0;
  };

  enum class Io {
    kMoved,   // bytes were moved; for flush(): all of them
    kAgain,   // not now
    kEnd,     // the upstream has closed its side (reading only)
    kFailed,  // the connection is broken; see fault()
  };

  // Takes over the connection that `easy`, which stays in `shard`, has made. Null when it is
  // already lost again; the handle is then freed.
  static std::unique_ptr<Link> take_over(reactor::Worker& worker,
                                         Shard& shard,
                                         CURL* easy,
                                         std::shared_ptr<Endpoint> endpoint);

  ~Link() { close(); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Closes the connection now. The object stays, inert; never called back afterwards.
  void close();
  [[nodiscard]] bool closed() const { return easy_ == nullptr; }

  // Who is told about readiness from now on.
  void serve(User& user) { user_ = &user; }

  // What to be told about. Fails with kUnavailable when the kernel refuses the watch.
  Status want(reactor::Interest interest);

  // No readiness at all, not even a hang-up, until want() is called again.
  void ignore() { watch_.stop(); }

  // Reads once. `size` >= 1.
  Io receive(char* data, std::size_t size, std::size_t& got);

  // Sends until all is sent, the kernel has enough, or others should have their turn (kAgain).
  // `scratch` has kRecordBytes and is the same memory at every call.
  Io flush(Outgoing& outgoing, char* scratch);

  // True where received bytes may wait inside libcurl, unseen by the kernel: read until kAgain.
  [[nodiscard]] bool holds_bytes() const { return through_curl_; }

  // The libraries' words for the last kFailed.
  [[nodiscard]] std::string fault() const;

  [[nodiscard]] const std::shared_ptr<Endpoint>& endpoint() const { return endpoint_; }

 private:
  friend class Pool;

  Link(reactor::Worker& worker, Shard& shard, CURL* easy, int fd, std::shared_ptr<Endpoint> at);

  // One system call, or one record.
  Io send_some(const Outgoing& outgoing, char* scratch, std::size_t& sent);

  Shard& shard_;
  CURL* easy_;
  const int fd_;
  const std::shared_ptr<Endpoint> endpoint_;
  const bool through_curl_;
  User* user_ = nullptr;
  reactor::Watch watch_;
  CURLcode curl_fault_ = CURLE_OK;
  int os_fault_ = 0;

  // The pool's book-keeping.
  std::list<std::unique_ptr<Link>>::iterator place_;
  bool idle_ = false;
  Time idle_since_{};
};

}  // namespace patchbay::upstream
