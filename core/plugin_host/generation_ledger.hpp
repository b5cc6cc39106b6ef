// What became of every generation of every plugin, for as long as something of it is mapped.
//
// Modules write into it, and whoever wants to know reads.
//
// Thread-safe.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace patchbay::plugin_host {

class GenerationLedger {
 public:
  enum class State {
    kLoaded,    // it serves, or serves out its last calls
    kEnding,    // nobody uses it any more, and its deinit() runs
    kRetained,  // it has ended, or never will, and stays mapped
  };

  struct Record {
    std::string plugin;  // its id
    std::uint32_t generation = 0;
    std::string version;
    std::string sha256;  // of the library
    State state = State::kLoaded;
    std::string why;  // kRetained: what is in the way of unmapping it
  };

  // What plugins did that they must not, or had done to them, since the start.
  struct Counts {
    std::uint64_t orphaned = 0;  // calls that were never completed
    std::uint64_t cut = 0;       // calls that were ended because their generation had to go
  };

  using Entry = std::uint64_t;

  Entry add(Record record);
  void ending(Entry entry);
  // The first reason stays. Returns how many generations are retained then.
  std::size_t retained(Entry entry, std::string why);
  // It is unmapped.
  void gone(Entry entry);

  void count_orphan(const std::string& plugin);
  void count_cut(const std::string& plugin, std::size_t calls);

  [[nodiscard]] std::vector<Record> all() const;
  [[nodiscard]] std::size_t retained() const;
  [[nodiscard]] std::map<std::string, Counts> counts() const;

 private:
  [[nodiscard]] std::size_t count_retained() const;

  mutable std::mutex mutex_;  // guards what follows
  std::map<Entry, Record> records_;
  std::map<std::string, Counts> counts_;
  Entry next_ = 1;
};

}  // namespace patchbay::plugin_host
