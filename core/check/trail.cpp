#include "core/check/trail.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include <sys/mman.h>

namespace patchbay::check {
namespace {

struct Board {
  char check[128];
  char function[128];
  char doing[1024];
};
static_assert(sizeof(Board) <= Trail::kBytes);

Board private_board{};
Board* board = &private_board;

// Threads may write and read at once, and may see a text half written: for a note about a crash
// that is good enough. It always ends, because the last byte is never anything but zero.
template <std::size_t size>
void put(char (&place)[size], std::string_view text) {
  const std::size_t length = std::min(text.size(), size - 1);
  for (std::size_t i = 0; i <= length; ++i) {
    const char byte = i < length ? text[i] : '\0';
    std::atomic_ref<char>(place[i]).store(byte, std::memory_order_relaxed);
  }
}

template <std::size_t size>
std::string get(char (&place)[size]) {
  std::string text;
  for (char& byte : place) {
    const char read = std::atomic_ref<char>(byte).load(std::memory_order_relaxed);
    if (read == '\0') break;
    text += read;
  }
  return text;
}

}  // namespace

void Trail::share(int fd) {
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory != MAP_FAILED) board = static_cast<Board*>(memory);
}

void Trail::check(std::string_view id) {
  put(board->check, id);
  put(board->doing, {});
  put(board->function, {});
}

void Trail::doing(std::string_view what) {
  put(board->doing, what);
}

void Trail::function(const char* name) {
  put(board->function, name);
}

const char* Trail::current_function() {
  return board->function;
}
const char* Trail::current_doing() {
  return board->doing;
}
const char* Trail::current_check() {
  return board->check;
}

Trail::Read Trail::now() {
  return {get(board->check), get(board->doing), get(board->function)};
}

Trail::Read Trail::read(int fd) {
  void* memory = ::mmap(nullptr, kBytes, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return {};
  Board seen{};
  std::memcpy(&seen, memory, sizeof seen);
  ::munmap(memory, kBytes);
  seen.check[sizeof seen.check - 1] = '\0';
  seen.function[sizeof seen.function - 1] = '\0';
  seen.doing[sizeof seen.doing - 1] = '\0';
  return {seen.check, seen.doing, seen.function};
}

std::string Trail::Read::text() const {
  std::string out;
  if (!function.empty()) out = "in " + function + "()";
  if (doing.empty()) return out;
  return out.empty() ? "while doing: " + doing : out + ", while doing: " + doing;
}

}  // namespace patchbay::check
