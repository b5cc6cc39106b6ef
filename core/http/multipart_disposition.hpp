// The Content-Disposition of a part of a form: which field it is, and the file's name if it is one.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace patchbay::http {

struct Disposition {
  // Decoded, without control characters, otherwise as the client sent it: nothing promises UTF-8,
  // and a quote or a slash may be in it.
  std::string name;
  // The same for a file; nothing for a plain field. From `filename*`, where that is there as well,
  // and then it is UTF-8. Never to be used as a path.
  std::optional<std::string> filename;
};

// Reads `form-data; name="a"; filename="b"` as clients write it: with quotes or without, a quote
// in a value as %22 or \", a backslash as itself or doubled, and filename*=UTF-8''b%20c. Other
// percent escapes stay as they are, for browsers leave a percent sign alone. Fails with kInvalid
// and a few words when it is not form-data, has no name, or says one thing twice.
//
// REQUIRES: no control characters but tabs in `value`.
Result<Disposition> read_disposition(std::string_view value);

}  // namespace patchbay::http
