// What names stand for, in this test binary: it has a getaddrinfo() of its own, which libcurl's
// threads call as everybody does.
//
//   FakeNames names;
//   names.set("models.example", {"10.0.0.5", "127.0.0.1"});
//   names.hang("slow.example");
//   ... start(get("http://slow.example/")); names.wait_for(1); ...
//   names.let_go();
//
// Names that nothing is said about are looked up as ever. One object at a time.
//
// Threads: any.

#pragma once

#include <string>
#include <vector>

namespace patchbay::upstream {

class FakeNames {
 public:
  FakeNames();
  ~FakeNames();  // lets all lookups go, and waits for them
  FakeNames(const FakeNames&) = delete;
  FakeNames& operator=(const FakeNames&) = delete;

  // The addresses of `name` from now on, in this order.
  void set(const std::string& name, std::vector<std::string> addresses);

  // Lookups of `name` have no answer until let_go(). Then they have what set() said, or fail.
  void hang(const std::string& name);
  void let_go();

  // Waits until so many lookups hang; fails the test when that takes far too long.
  void wait_for(int lookups);

  [[nodiscard]] int hanging() const;  // now
  [[nodiscard]] int hung() const;     // in all
};

}  // namespace patchbay::upstream
