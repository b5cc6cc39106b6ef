#include "tests/support/postgres_server.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace patchbay {
namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";
constexpr const char* kEncodedPassword = "p%20w%40%3A%2F%3F%23%25";
constexpr std::chrono::seconds kPatience{60};

const passwd* other_user() {
  return ::getuid() == 0 ? ::getpwnam("postgres") : nullptr;
}

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ::bind(socket, generic, size);
  ::getsockname(socket, generic, &size);
  ::close(socket);
  return ::ntohs(address.sin_port);
}

// The child becomes the program itself, so that its id is the one to signal.
pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  const passwd* user = other_user();
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
                          ::setuid(user->pw_uid) != 0)) {
    ::_exit(126);
  }
  // Whatever happens to the test, no server stays behind.
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent) ::_exit(125);
  ::unsetenv("LD_PRELOAD");
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

std::string contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

PostgresServer::PostgresServer() {
  std::string name = (std::filesystem::temp_directory_path() / "patchbay-pg-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  std::ofstream(folder_ + "/password") << kPassword;
  std::filesystem::permissions(folder_ + "/password", std::filesystem::perms(0644));
  if (const passwd* user = other_user()) {
    if (::chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("cannot give the folder to the user postgres");
    }
  }
  const pid_t made = spawn({std::string(kPrograms) + "initdb",
                            "--pgdata=" + folder_ + "/data",
                            "--username=patchbay",
                            "--pwfile=" + folder_ + "/password",
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C.UTF-8",
                            "--no-sync"},
                           folder_ + "/log");
  int status = 0;
  ::waitpid(made, &status, 0);
  if (status != 0) throw std::runtime_error("initdb failed: " + contents(folder_ + "/log"));
  port_ = free_port();
  start();
}

PostgresServer::~PostgresServer() {
  kill();
  std::error_code none;
  std::filesystem::remove_all(folder_, none);
}

void PostgresServer::start() {
  if (pid_ > 0) return;
  pid_ = spawn({std::string(kPrograms) + "postgres",
                "-D",
                folder_ + "/data",
                "-p",
                std::to_string(port_),
                "-k",
                folder_,
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "fsync=off",
                "-c",
                "max_connections=60"},
               folder_ + "/log");
  const std::string probe =
      "postgresql://patchbay@127.0.0.1:" + std::to_string(port_) + "/postgres";
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (PQping(probe.c_str()) != PQPING_OK) {
    if (std::chrono::steady_clock::now() > deadline || ::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      throw std::runtime_error("postgres does not come up: " + contents(folder_ + "/log"));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void PostgresServer::end(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PostgresServer::stop() {
  end(SIGINT);
}

// "Immediate": no checkpoint, no goodbye; its children end with it, as after SIGKILL they would
// not.
void PostgresServer::kill() {
  end(SIGQUIT);
}

void PostgresServer::execute(const std::string& sql) {
  const std::string url = std::string("postgresql://patchbay:") + kEncodedPassword +
                          "@127.0.0.1:" + std::to_string(port_) + "/postgres";
  PGconn* connection = PQconnectdb(url.c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
  const std::string error = PQerrorMessage(connection);
  PQclear(result);
  PQfinish(connection);
  if (!done) throw std::runtime_error(error);
}

std::string PostgresServer::url(const std::string& schema) {
  execute("set client_min_messages = error; create schema if not exists " + schema);
  return std::string("postgresql://patchbay:") + kEncodedPassword +
         "@127.0.0.1:" + std::to_string(port_) + "/postgres?options=-csearch_path%3D" + schema;
}

}  // namespace patchbay
