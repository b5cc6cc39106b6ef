#include "plugins/stub/picture.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <utility>

namespace patchbay::plugins::stub {
namespace {

constexpr std::uint64_t mixed(std::uint64_t seed) {
  seed += 0x9E3779B97F4A7C15U;
  seed = (seed ^ seed >> 30U) * 0xBF58476D1CE4E5B9U;
  seed = (seed ^ seed >> 27U) * 0x94D049BB133111EBU;
  return seed ^ seed >> 31U;
}

// Deflate (RFC 1951) with the fixed codes: all that squares need are repetitions.
class Deflater {
 public:
  Deflater() { bits(0b011, 3); }  // the last block, with fixed codes

  void literal(std::uint8_t byte) {
    if (byte < 144) {
      code(0x30U + byte, 8);
    } else {
      code(0x190U + byte - 144U, 9);
    }
  }

  // Repeats `count` bytes from `distance` bytes ago. REQUIRES: count is at least 3.
  void repeat(std::uint32_t distance, std::uint32_t count) {
    while (count > 0) {
      std::uint32_t length = count < 258 ? count : 258;
      if (count > length && count - length < 3) length -= 3;  // the rest must not be too short
      repeat_once(distance, length);
      count -= length;
    }
  }

  std::string finish() {
    code(0, 7);  // the end of the block
    if (used_ > 0) bits(0, 8 - used_);
    return std::move(out_);
  }

 private:
  void repeat_once(std::uint32_t distance, std::uint32_t length) {
    if (length == 258) {
      symbol(285);
    } else {
      const std::uint32_t rest = length - 3;
      const std::uint32_t extra =
          rest < 8 ? 0 : static_cast<std::uint32_t>(std::bit_width(rest)) - 3;
      symbol(rest < 8 ? 257 + rest : 261 + 4 * extra + (rest >> extra) - 4);
      bits(rest & ((1U << extra) - 1), extra);
    }
    const std::uint32_t rest = distance - 1;
    const std::uint32_t extra = rest < 4 ? 0 : static_cast<std::uint32_t>(std::bit_width(rest)) - 2;
    code(rest < 4 ? rest : 2 * extra + (rest >> extra), 5);
    bits(rest & ((1U << extra) - 1), extra);
  }

  void symbol(std::uint32_t number) {
    if (number < 280) {
      code(number - 256, 7);
    } else {
      code(0xC0 + number - 280, 8);
    }
  }

  // Codes stand in the stream with their highest bit first, everything else with the lowest.
  void code(std::uint32_t value, std::uint32_t count) {
    std::uint32_t reversed = 0;
    for (std::uint32_t i = 0; i < count; ++i)
      reversed |= (value >> i & 1U) << (count - 1 - i);
    bits(reversed, count);
  }

  void bits(std::uint32_t value, std::uint32_t count) {
    held_ |= std::uint64_t{value} << used_;
    for (used_ += count; used_ >= 8; used_ -= 8) {
      out_ += static_cast<char>(held_ & 0xFFU);
      held_ >>= 8U;
    }
  }

  std::string out_;
  std::uint64_t held_ = 0;  // what does not fill a byte yet
  std::uint32_t used_ = 0;  // bits of held_
};

// The checksum of zlib's format (RFC 1950), told of whole runs.
class Adler {
 public:
  void add(std::uint8_t byte, std::uint64_t count) {
    b_ = (b_ + count * a_ + byte * (count * (count + 1) / 2)) % kPrime;
    a_ = (a_ + byte * count) % kPrime;
  }
  [[nodiscard]] std::uint32_t sum() const { return static_cast<std::uint32_t>(b_ << 16U | a_); }

 private:
  static constexpr std::uint64_t kPrime = 65521;
  std::uint64_t a_ = 1;
  std::uint64_t b_ = 0;
};

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc & 1U) != 0 ? 0xEDB88320U ^ crc >> 1U : crc >> 1U;
    table[i] = crc;
  }
  return table;
}

std::uint32_t crc_of(std::string_view bytes) {
  static constexpr auto kTable = crc_table();
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : bytes)
    crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU] ^ crc >> 8U;
  return crc ^ 0xFFFFFFFFU;
}

void append_u32(std::string& out, std::uint32_t number) {
  for (std::uint32_t shift = 32; shift > 0; shift -= 8)
    out += static_cast<char>(number >> (shift - 8) & 0xFFU);
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
  append_u32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = out.size();
  out.append(type).append(data);
  append_u32(out, crc_of(std::string_view(out).substr(begin)));
}

constexpr std::uint8_t kColours = 4;

// Which colour a square has. The right half mirrors the left, which makes a figure of it.
std::uint8_t colour_at(const PictureOptions& options, std::uint32_t row, std::uint32_t column) {
  const std::uint32_t mirrored = std::min(column, options.squares - 1 - column);
  return static_cast<std::uint8_t>(mixed(options.seed ^ mixed(row * 64 + mirrored)) % kColours);
}

std::string palette(std::uint64_t seed) {
  std::string out = "\xF4\xF1\xEA";  // paper, and three colours on it
  for (std::uint64_t i = 1; i < kColours; ++i) {
    const std::uint64_t colour = mixed(seed + i);
    for (const std::uint64_t shift : {0U, 8U, 16U})
      out += static_cast<char>(48 + (colour >> shift & 0x7FU));
  }
  return out;
}

// The picture as PNG wants it compressed: of each row of squares the first line in colours, and all
// others as "the same as the line above".
std::string draw_lines(const PictureOptions& options) {
  constexpr std::uint8_t kPlain = 0;
  constexpr std::uint8_t kLikeAbove = 2;
  Deflater deflater;
  Adler adler;
  const auto run = [&](std::uint8_t byte, std::uint32_t count) {
    adler.add(byte, count);
    deflater.literal(byte);
    if (count >= 4) {
      deflater.repeat(1, count - 1);
    } else {
      for (std::uint32_t i = 1; i < count; ++i)
        deflater.literal(byte);
    }
  };
  const auto side = [&](std::uint32_t index, std::uint32_t whole) {
    return (index + 1) * whole / options.squares - index * whole / options.squares;
  };
  for (std::uint32_t row = 0; row < options.squares; ++row) {
    run(kPlain, 1);
    for (std::uint32_t column = 0; column < options.squares; ++column)
      run(colour_at(options, row, column), side(column, options.width));
    const std::uint32_t more = side(row, options.height) - 1;
    if (more == 0) continue;
    run(kLikeAbove, 1);
    run(0, options.width);
    if (more > 1) deflater.repeat(options.width + 1, (options.width + 1) * (more - 1));
    for (std::uint32_t line = 1; line < more; ++line) {
      adler.add(kLikeAbove, 1);
      adler.add(0, options.width);
    }
  }
  std::string out = "\x78\x01";
  out += deflater.finish();
  append_u32(out, adler.sum());
  return out;
}

}  // namespace

std::string draw_picture(const PictureOptions& options) {
  std::string head;
  append_u32(head, options.width);
  append_u32(head, options.height);
  head.append("\x08\x03\x00\x00\x00", 5);  // eight bits a pixel, each a place in the palette
  std::string out = "\x89PNG\r\n\x1A\n";
  append_chunk(out, "IHDR", head);
  append_chunk(out, "PLTE", palette(options.seed));
  append_chunk(out, "IDAT", draw_lines(options));
  append_chunk(out, "IEND", {});
  return out;
}

}  // namespace patchbay::plugins::stub
