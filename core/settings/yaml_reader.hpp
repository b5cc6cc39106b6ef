// YAML text to a tree of ConfigValue, stricter than the library that parses it.
//
// Refused, each with its place: a second document, text that the parser would drop because it
// stands outside of the document, a quote that is never closed, a key given twice, a key that is
// not text, tags, anchors, aliases and merge keys.

#pragma once

#include <optional>

#include "core/base/config_value.hpp"
#include "core/settings/report.hpp"
#include "core/settings/source_text.hpp"

namespace patchbay::settings {

// Reads the one document of `source`. Mistakes that leave the rest readable are reported and read
// over; nothing is returned when the text is not YAML, or says nothing at all.
//
// REQUIRES: source.check() found nothing.
std::optional<ConfigValue> read_yaml(const SourceText& source, Report& report);

}  // namespace patchbay::settings
