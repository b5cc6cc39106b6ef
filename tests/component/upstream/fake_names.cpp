#include "tests/component/upstream/fake_names.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

namespace patchbay::upstream {
namespace {

// Only a hang of the test gets here.
constexpr std::chrono::seconds kFarTooLong{60};

struct Names {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, std::vector<std::string>> addresses;
  std::set<std::string> hanging_names;
  int hanging = 0;
  int hung = 0;
};

// Never destroyed: a process may end while lookups hang.
Names& names() {
  static auto& names = *new Names;
  return names;
}

using Lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

Lookup real_lookup() {
  return reinterpret_cast<Lookup>(::dlsym(RTLD_NEXT, "getaddrinfo"));
}

// What the real one says of each address, as one list. It frees them one by one, so it does not
// mind.
int list_of(const std::vector<std::string>& addresses,
            const char* service,
            const addrinfo* hints,
            addrinfo** result) {
  addrinfo numeric{};
  if (hints != nullptr) numeric = *hints;
  numeric.ai_family = AF_UNSPEC;
  numeric.ai_flags = AI_NUMERICHOST;
  addrinfo** end = result;
  *end = nullptr;
  for (const std::string& address : addresses) {
    if (const int code = real_lookup()(address.c_str(), service, &numeric, end); code != 0) {
      return code;
    }
    while (*end != nullptr)
      end = &(*end)->ai_next;
  }
  return *result == nullptr ? EAI_AGAIN : 0;
}

int look_up(const char* name, const char* service, const addrinfo* hints, addrinfo** result) {
  Names& all = names();
  std::vector<std::string> addresses;
  {
    std::unique_lock<std::mutex> lock(all.mutex);
    const bool hangs = name != nullptr && all.hanging_names.contains(name);
    if (!hangs && (name == nullptr || !all.addresses.contains(name))) {
      lock.unlock();
      return real_lookup()(name, service, hints, result);
    }
    if (hangs) {
      ++all.hung;
      ++all.hanging;
      all.changed.notify_all();
      all.changed.wait(lock, [&] { return !all.hanging_names.contains(name); });
    }
    if (const auto found = all.addresses.find(name); found != all.addresses.end()) {
      addresses = found->second;
    }
    if (hangs) {
      --all.hanging;
      all.changed.notify_all();
    }
  }
  return list_of(addresses, service, hints, result);
}

}  // namespace

FakeNames::FakeNames() {
  const std::lock_guard<std::mutex> lock(names().mutex);
  names().hung = 0;
}

FakeNames::~FakeNames() {
  let_go();
  std::unique_lock<std::mutex> lock(names().mutex);
  names().changed.wait(lock, [] { return names().hanging == 0; });
  names().addresses.clear();
}

void FakeNames::set(const std::string& name, std::vector<std::string> addresses) {
  const std::lock_guard<std::mutex> lock(names().mutex);
  names().addresses[name] = std::move(addresses);
}

void FakeNames::hang(const std::string& name) {
  const std::lock_guard<std::mutex> lock(names().mutex);
  names().hanging_names.insert(name);
}

void FakeNames::let_go() {
  const std::lock_guard<std::mutex> lock(names().mutex);
  names().hanging_names.clear();
  names().changed.notify_all();
}

void FakeNames::wait_for(int lookups) {
  std::unique_lock<std::mutex> lock(names().mutex);
  EXPECT_TRUE(
      names().changed.wait_for(lock, kFarTooLong, [lookups] { return names().hanging >= lookups; }))
      << names().hanging << " lookups hang";
}

int FakeNames::hanging() const {
  const std::lock_guard<std::mutex> lock(names().mutex);
  return names().hanging;
}

int FakeNames::hung() const {
  const std::lock_guard<std::mutex> lock(names().mutex);
  return names().hung;
}

}  // namespace patchbay::upstream

// Found before libc's by every library of this process.
extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* name,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** result) {
  return patchbay::upstream::look_up(name, service, hints, result);
}
