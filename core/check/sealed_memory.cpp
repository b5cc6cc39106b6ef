#include "core/check/sealed_memory.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

#include "core/check/trail.hpp"

namespace patchbay::check {
namespace {

// Addresses only: nothing of it is memory before it is placed.
constexpr std::size_t kReserved = std::size_t{4} << 30;
constexpr std::size_t kMostPieces = 200'000;

std::atomic<const SealedMemory*> current{nullptr};
int report_to = -1;
struct sigaction earlier_segv;  // NOLINT(readability-identifier-naming): POSIX calls it that
struct sigaction earlier_bus;   // NOLINT(readability-identifier-naming)

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

// Nothing that allocates may be used after a fault.
class Line {
 public:
  void add(const char* text) {
    for (; *text != '\0' && used_ + 2 < text_.size(); ++text) {
      const bool odd = *text == '"' || *text == '\\' || static_cast<unsigned char>(*text) < ' ';
      text_[used_++] = odd ? '\'' : *text;
    }
  }
  void add_plain(const char* json) {
    for (; *json != '\0' && used_ + 1 < text_.size(); ++json)
      text_[used_++] = *json;
  }
  void write_to(int out) const {
    if (::write(out, text_.data(), used_) < 0) return;
  }

 private:
  std::array<char, 2048> text_{};
  std::size_t used_ = 0;
};

// Of an address that this file reckons with.
void* as_pointer(std::uintptr_t address) {
  return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace

// What the handler of a fault may look at.
class FaultReport {
 public:
  // Whether the address belongs to a piece; tells what it was.
  static bool tell(std::uintptr_t address) {
    const SealedMemory* memory = current.load();
    if (memory == nullptr || address < memory->base_ || address >= memory->base_ + kReserved) {
      return false;
    }
    const SealedMemory::Piece* found = nullptr;
    for (const SealedMemory::Piece& piece : memory->pieces_) {
      if (piece.begin <= address) found = &piece;
    }
    if (found == nullptr) return false;
    Line line;
    line.add_plain("{\"check\":\"");
    line.add(Trail::current_check());
    line.add_plain(R"(","kind":"failure","what":")");
    line.add(Trail::current_function());
    const bool inside = address < found->end;
    line.add(inside ? "() used " : "() went beyond the end of ");
    line.add(found->name.data());
    if (inside) line.add(", which it may not touch any more");
    line.add(", while doing: ");
    line.add(Trail::current_doing());
    line.add_plain("\",\"rule\":\"\"}\n");
    line.write_to(report_to);
    return true;
  }
};

namespace {

void on_fault(int signal, siginfo_t* info, void* /*context*/) {
  if (FaultReport::tell(reinterpret_cast<std::uintptr_t>(info->si_addr))) {
    ::_exit(SealedMemory::kExitCode);
  }
  // Whoever handled it before (a sanitizer, or the system) meets the same fault again.
  ::sigaction(signal, signal == SIGSEGV ? &earlier_segv : &earlier_bus, nullptr);
}

}  // namespace

SealedMemory::SealedMemory() {
  void* at =
      ::mmap(nullptr, kReserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) std::abort();
  base_ = next_ = reinterpret_cast<std::uintptr_t>(at);
  pieces_.reserve(kMostPieces);
  current = this;
}

SealedMemory::~SealedMemory() {
  current = nullptr;
  ::munmap(as_pointer(base_), kReserved);
}

void* SealedMemory::place(const void* data,
                          std::size_t size,
                          std::size_t align,
                          std::string_view name,
                          std::size_t slack) {
  const std::size_t pages = (size + align + slack + page_size() - 1) / page_size() * page_size();
  if (pieces_.size() == kMostPieces || next_ + pages + page_size() > base_ + kReserved) {
    std::abort();  // a check that needs so much is to be made smaller
  }
  Piece piece;
  piece.begin = next_;
  piece.end = next_ + pages;
  piece.data = (piece.end - slack - size) / align * align;
  name.copy(piece.name.data(), piece.name.size() - 1);
  next_ = piece.end + page_size();
  ::mprotect(as_pointer(piece.begin), pages, PROT_READ | PROT_WRITE);
  if (size > 0) std::memcpy(as_pointer(piece.data), data, size);
  pieces_.push_back(piece);
  return as_pointer(piece.data);
}

void SealedMemory::seal(const void* piece) {
  const auto data = reinterpret_cast<std::uintptr_t>(piece);
  for (auto at = pieces_.rbegin(); at != pieces_.rend(); ++at) {
    if (at->data != data) continue;
    if (at->sealed) return;
    at->sealed = true;
    void* begin = as_pointer(at->begin);
    ::madvise(begin, at->end - at->begin, MADV_DONTNEED);
    ::mprotect(begin, at->end - at->begin, PROT_NONE);
    return;
  }
}

void SealedMemory::watch_faults(int out) {
  report_to = out;
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGSEGV, &action, &earlier_segv);
  ::sigaction(SIGBUS, &action, &earlier_bus);
}

}  // namespace patchbay::check
