#include "tests/component/stub/png_reader.hpp"

namespace patchbay::testing {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text.at(at));
}

std::uint32_t u32_at(std::string_view text, std::size_t at) {
  return byte_at(text, at) << 24U | byte_at(text, at + 1) << 16U | byte_at(text, at + 2) << 8U |
         byte_at(text, at + 3);
}

std::uint32_t crc_of(std::string_view text) {
  std::uint32_t crc = ~0U;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1U ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

std::uint32_t adler_of(std::string_view text) {
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const char c : text) {
    a = (a + static_cast<unsigned char>(c)) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16U | a;
}

class Inflater {
 public:
  explicit Inflater(std::string_view data) : data_(data) {}

  // What a single block with fixed codes holds.
  std::string run() {
    if (bits(3) != 0b011) return "not one block with fixed codes";
    std::string out;
    for (unsigned symbol = next_symbol(); symbol != 256; symbol = next_symbol()) {
      if (symbol < 256) {
        out += static_cast<char>(symbol);
        continue;
      }
      const unsigned length = length_of(symbol);
      const unsigned distance = distance_of(code(5));
      for (unsigned i = 0; i < length; ++i)
        out += out.at(out.size() - distance);
    }
    return out;
  }

 private:
  unsigned bits(unsigned count) {
    unsigned value = 0;
    for (unsigned i = 0; i < count; ++i, ++at_)
      value |= (byte_at(data_, at_ / 8) >> at_ % 8 & 1U) << i;
    return value;
  }
  unsigned code(unsigned count, unsigned begun = 0) {
    for (unsigned i = 0; i < count; ++i)
      begun = begun << 1U | bits(1);
    return begun;
  }
  unsigned next_symbol() {
    const unsigned seven = code(7);
    if (seven < 0b0011000) return 256 + seven;
    const unsigned eight = code(1, seven);
    if (eight < 0b11000000) return eight - 0b00110000;
    if (eight < 0b11001000) return 280 + eight - 0b11000000;
    return 144 + code(1, eight) - 0b110010000;
  }
  unsigned length_of(unsigned symbol) {
    if (symbol == 285) return 258;
    unsigned length = 3;
    for (unsigned i = 257; i < symbol; ++i)
      length += 1U << (i < 265 ? 0 : (i - 261) / 4);
    return length + bits(symbol < 265 ? 0 : (symbol - 261) / 4);
  }
  unsigned distance_of(unsigned symbol) {
    unsigned distance = 1;
    for (unsigned i = 0; i < symbol; ++i)
      distance += 1U << (i < 4 ? 0 : (i - 2) / 2);
    return distance + bits(symbol < 4 ? 0 : (symbol - 2) / 2);
  }

  std::string_view data_;
  std::size_t at_ = 0;
};

void read_lines(std::string_view compressed, Png& png) {
  const std::string raw = Inflater(compressed.substr(2, compressed.size() - 6)).run();
  if (adler_of(raw) != u32_at(compressed, compressed.size() - 4)) png.problem = "adler";
  const std::size_t step = png.width + 1;
  if (raw.size() != step * png.height) {
    png.problem = "size";
    return;
  }
  std::string above(png.width, '\0');
  for (std::size_t at = 0; at < raw.size(); at += step) {
    std::string line = raw.substr(at + 1, png.width);
    if (raw[at] == 2) {
      for (std::size_t i = 0; i < line.size(); ++i)
        line[i] = static_cast<char>(line[i] + above[i]);
    } else if (raw[at] != 0) {
      png.problem = "filter";
    }
    above = line;
    png.lines.push_back(std::move(line));
  }
}

}  // namespace

Png read_png(std::string_view file) {
  Png png;
  std::string compressed;
  if (!file.starts_with("\x89PNG\r\n\x1A\n")) png.problem = "signature";
  for (std::size_t at = 8; at < file.size() && png.problem.empty();) {
    const std::size_t size = u32_at(file, at);
    const std::string_view type = file.substr(at + 4, 4);
    const std::string_view data = file.substr(at + 8, size);
    if (crc_of(file.substr(at + 4, size + 4)) != u32_at(file, at + 8 + size)) png.problem = "crc";
    if (type == "IHDR") {
      png.width = u32_at(data, 0);
      png.height = u32_at(data, 4);
      if (data.substr(8) != std::string_view("\x08\x03\x00\x00\x00", 5)) png.problem = "kind";
    } else if (type == "PLTE") {
      png.palette = data;
    } else if (type == "IDAT") {
      compressed += data;
    } else if (type != "IEND" || at + 12 != file.size()) {
      png.problem = "chunk";
    }
    at += size + 12;
  }
  if (png.problem.empty()) read_lines(compressed, png);
  return png;
}

}  // namespace patchbay::testing
