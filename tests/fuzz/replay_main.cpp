// Gives the files of a folder to one fuzzer, for compilers without libFuzzer:
//   fuzz_corpus TARGET FOLDER
// The name of each file is printed before it is read; the last one is the one that failed.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>
#include <vector>

using Fuzzer = int (*)(const std::uint8_t*, std::size_t);

// PATCHBAY_FUZZERS is F(a) F(b) ...; each fuzzer's entry is compiled under a name of its own.
#define F(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size);
PATCHBAY_FUZZERS
#undef F

namespace {

Fuzzer find(std::string_view target) {
#define F(name) \
  if (target == #name) return fuzz_##name;
  PATCHBAY_FUZZERS
#undef F
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv, argv + argc);
  const Fuzzer fuzzer = arguments.size() == 3 ? find(arguments[1]) : nullptr;
  if (fuzzer == nullptr) {
    std::cerr << "usage: fuzz_corpus TARGET FOLDER\n";
    return 64;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[2])) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& path : files) {
    std::cout << path.string() << "\n" << std::flush;
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
    // A copy of exactly this size, so that the sanitizer sees a byte read beyond it.
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    fuzzer(bytes.data(), bytes.size());
  }
  if (files.empty()) std::cerr << "no files in " << arguments[2] << '\n';
  return files.empty() ? 1 : 0;
}
