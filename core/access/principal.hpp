// Who is asking, once that is known.

#pragma once

#include <string>

namespace patchbay::access {

struct Principal {
  // Whose things these are: what is stored carries it, and only the same owner finds it again. The
  // methods cannot collide: "local" and "user:ada" where no credentials are asked, "basic:ada" by
  // HTTP Basic with a userid header, "key:team" or "key:team/ada" by a key.
  std::string owner = "local";
  std::string userid = "local";  // what to show; the userid header, or the key's name
  std::string key;               // the name of the key it came with; empty: none
  // What its rate is counted by: the key, else the client's address. Without a key it is known only
  // where a limit holds.
  std::string limit_key;
};

}  // namespace patchbay::access
