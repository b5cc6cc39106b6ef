// `.env` files: variables written down instead of exported.
//
//   # a comment
//   export OPEN=yes                # `export` may stand there; a comment after a space
//   KEY='single quotes: as it is'
//   KEY="double quotes: \n \t \" \\ \$ are escapes; both kinds may go over several lines"
//
// Nothing is replaced inside of a value. A name given twice has its last value. The environment of
// the process wins over the file, even with an empty value: `KEY= patchbay` switches KEY off.

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/settings/environment.hpp"
#include "core/settings/report.hpp"

namespace patchbay::settings {

using Variables = std::map<std::string, std::string, std::less<>>;

// The variables in `text`. A line that is none is reported as a warning, without what it holds,
// and left out: other programs put things of theirs into these files.
Variables parse_environment_file(const std::string& name, std::string_view text, Report& report);

// `environment` with the variables of its file behind it. The file is the one that ENV_FILE names,
// else `.env` in `folder`, else `.env` in the current folder; there need not be any, but one that
// ENV_FILE names must be readable. A file that others than its owner may read gives a warning.
// Does nothing unless environment.reads_env_files.
Environment with_environment_file(const Environment& environment,
                                  const std::filesystem::path& folder,
                                  Report& report);

}  // namespace patchbay::settings
