#include "core/storage/sql/instances.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include <unistd.h>

#include "core/storage/sql/statement.hpp"

namespace patchbay::storage::sql {
namespace {

std::string first_line(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// The 22nd field of /proc/PID/stat; 0 when there is no such process. The second is the program's
// name, which may hold anything, so the count begins behind its bracket.
std::int64_t start_of(std::int64_t pid) {
  const std::string line = first_line(("/proc/" + std::to_string(pid) + "/stat").c_str());
  const std::size_t bracket = line.rfind(')');
  if (bracket == line.npos) return 0;
  std::istringstream fields(line.substr(bracket + 1));
  const std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
  constexpr std::size_t kStart = 19;
  return words.size() > kStart ? std::strtoll(words[kStart].c_str(), nullptr, 10) : 0;
}

std::string this_host() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  std::array<char, 64> space{};
  if (::readlink("/proc/self/ns/pid", space.data(), space.size() - 1) < 0) space[0] = '\0';
  return std::string(name.data()) + " " + first_line("/proc/sys/kernel/random/boot_id") + " " +
         space.data();
}

}  // namespace

Process Process::own() {
  return {this_host(), ::getpid(), start_of(::getpid())};
}

bool Process::runs() const {
  if (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) return false;
  return start_of(pid) == pid_started;
}

Status Instances::show(Connection& connection, std::int64_t batch) {
  return connection.guarded<std::monostate>([&]() -> Status {
    const std::string now = connection.engine().now_ms();
    Statement update(connection,
                     "update instances set batch = :batch, seen_ms = " + now + " where id = :id");
    if (update.use(batch).use(id_).run() == 1) return ok();
    Statement insert(connection,
                     "insert into instances (id, host, pid, pid_started, seen_ms, batch) values "
                     "(:id, :host, :pid, :started, " +
                         now + ", :batch)");
    insert.use(id_).use(process_.host).use(process_.pid).use(process_.pid_started).use(batch).run();
    return ok();
  });
}

Result<std::int64_t> Instances::last_batch(Connection& connection) {
  return connection.guarded<std::int64_t>([&]() -> Result<std::int64_t> {
    std::int64_t batch = 0;
    Statement select(connection,
                     std::string("select batch from instances where id = :id") +
                         connection.engine().for_update());
    select.use(id_).into(batch).next();
    return batch;
  });
}

std::int64_t Instances::interrupt(Connection& connection, const std::string& instance) {
  Statement give_back(connection,
                      "update documents set instance = '' "
                      "where status = 'indexing' and instance = :instance");
  give_back.use(instance).run();
  Statement update(connection,
                   "update versions set status = 'interrupted' "
                   "where status = 'streaming' and instance = :instance");
  return update.use(instance).run();
}

bool Instances::is_dead(const std::string& id, const Process& other, std::int64_t seen_ms) {
  if (other.host == process_.host) return !other.runs();
  const auto [watched, added] = watched_.try_emplace(id, Watched{seen_ms, Clock::now()});
  if (watched->second.seen_ms != seen_ms) watched->second = {seen_ms, Clock::now()};
  return Clock::now() - watched->second.since > silence_;
}

Result<std::int64_t> Instances::sweep(Connection& connection) {
  return connection.guarded<std::int64_t>([&]() -> Result<std::int64_t> {
    std::vector<std::string> dead;
    std::string id;
    Process other;
    std::int64_t seen_ms = 0;
    Statement select(connection,
                     "select id, host, pid, pid_started, seen_ms from instances where id <> :id");
    select.use(id_).into(id).into(other.host).into(other.pid).into(other.pid_started);
    select.into(seen_ms);
    while (select.next()) {
      if (is_dead(id, other, seen_ms)) dead.push_back(id);
    }
    std::int64_t interrupted = 0;
    for (const std::string& instance : dead) {
      interrupted += interrupt(connection, instance);
      Statement remove(connection, "delete from instances where id = :id");
      remove.use(instance).run();
      watched_.erase(instance);
    }
    // Of processes that nobody knows any more, such as one whose row went while it was held up.
    Statement orphans(connection,
                      "update versions set status = 'interrupted' where status = 'streaming' "
                      "and instance not in (select id from instances)");
    Statement unclaimed(connection,
                        "update documents set instance = '' where status = 'indexing' "
                        "and instance <> '' and instance not in (select id from instances)");
    unclaimed.run();
    return interrupted + orphans.run();
  });
}

Status Instances::leave(Connection& connection) {
  return connection.guarded<std::monostate>([&]() -> Status {
    interrupt(connection, id_);
    Statement remove(connection, "delete from instances where id = :id");
    remove.use(id_).run();
    return ok();
  });
}

}  // namespace patchbay::storage::sql
