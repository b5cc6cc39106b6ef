// From a file's bytes to the chunks of its text, on threads of its own: counting the tokens of a
// large file takes seconds, and a program that takes out the text as long as it is let, which
// neither a worker nor the storage has.
//
// Thread-safe.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/documents/chunking.hpp"
#include "core/documents/extraction.hpp"
#include "core/documents/program.hpp"
#include "core/documents/task_thread.hpp"

namespace patchbay::documents {

class Preparer {
 public:
  // A program that writes the text of the file: program.hpp.
  struct Program {
    std::vector<std::string> command;
    ProgramBounds bounds = {};
    std::size_t text_bytes_max = 16 * 1024 * 1024;  // more is no text that is indexed
  };
  struct Order {
    std::string media_type;  // as type_of() gave it
    std::string bytes;
    ChunkRules rules = {};
    tokens::Encoding encoding = tokens::Encoding::kEstimate;
    std::optional<Program> program = {};  // none: the file is a text
  };
  using Chunks = std::vector<std::string>;
  // Called once on a thread of the preparer, where it should only hand on what it is told; not at
  // all for what still waits, or runs in another program, when the preparer ends.
  using Then = std::function<void(Result<Chunks>)>;

  Preparer() = default;
  ~Preparer() { close(); }
  Preparer(const Preparer&) = delete;
  Preparer& operator=(const Preparer&) = delete;

  // Ends the threads, after the text that is being cut; a program is killed. The same again does
  // nothing.
  void close();

  // As many wait as there are askers: each has one at a time.
  void prepare(Order order, Then then);

 private:
  struct Task {
    Order order;
    Then then;
  };

  void run_program_of(const std::shared_ptr<Task>& task);

  Interruption closing_;
  TaskThread cutting_;
  TaskThread programs_;  // one at a time, beside the texts, which do not wait for it
};

}  // namespace patchbay::documents
