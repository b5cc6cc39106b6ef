#include "plugins/gemini/media_type.hpp"

#include <array>

#include "patchbay/host.hpp"

namespace patchbay::plugins::gemini {
namespace {

struct Ending {
  std::string_view ending;
  std::string_view type;
};

constexpr std::array kEndings{
    Ending{"png", "image/png"},         Ending{"jpg", "image/jpeg"},
    Ending{"jpeg", "image/jpeg"},       Ending{"webp", "image/webp"},
    Ending{"gif", "image/gif"},         Ending{"heic", "image/heic"},
    Ending{"heif", "image/heif"},       Ending{"bmp", "image/bmp"},
    Ending{"pdf", "application/pdf"},   Ending{"txt", "text/plain"},
    Ending{"md", "text/markdown"},      Ending{"csv", "text/csv"},
    Ending{"html", "text/html"},        Ending{"htm", "text/html"},
    Ending{"css", "text/css"},          Ending{"xml", "text/xml"},
    Ending{"json", "application/json"}, Ending{"js", "text/javascript"},
    Ending{"py", "text/x-python"},      Ending{"mp4", "video/mp4"},
    Ending{"mpeg", "video/mpeg"},       Ending{"mpg", "video/mpg"},
    Ending{"mov", "video/mov"},         Ending{"avi", "video/avi"},
    Ending{"webm", "video/webm"},       Ending{"wmv", "video/wmv"},
    Ending{"flv", "video/x-flv"},       Ending{"3gp", "video/3gpp"},
    Ending{"mp3", "audio/mp3"},         Ending{"wav", "audio/wav"},
    Ending{"aiff", "audio/aiff"},       Ending{"aac", "audio/aac"},
    Ending{"ogg", "audio/ogg"},         Ending{"flac", "audio/flac"},
};

}  // namespace

std::string_view media_type_of(std::string_view name) {
  name = name.substr(0, name.find_first_of("?#"));
  const std::size_t dot = name.rfind('.');
  const std::size_t slash = name.rfind('/');
  if (dot == name.npos || (slash != name.npos && dot < slash)) return {};
  for (const Ending& known : kEndings) {
    if (sdk::same_name(known.ending, name.substr(dot + 1))) return known.type;
  }
  return {};
}

}  // namespace patchbay::plugins::gemini
