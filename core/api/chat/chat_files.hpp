// What a chat needs of its user's documents before it can begin: whether there are any, and what in
// them is nearest to the message.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/api/reply.hpp"

namespace patchbay::api {

struct FilesWish {
  bool offers_search = false;      // the model could be offered the tool
  bool wanted = false;             // passages are wanted before the message
  std::vector<std::string> files;  // of these alone; empty: of all
  std::string question;
};

struct FilesFound {
  bool any = false;     // the user has documents; where offers_search
  std::string context;  // for the model; where wanted
};

// Goes on with `then`, at once where nothing is wished and later else, in which the exchange is as
// it was; or answers that it cannot be.
void find_files(server::Exchange& exchange,
                const Context& context,
                FilesWish wish,
                std::function<void(server::Exchange&, FilesFound)> then);

}  // namespace patchbay::api
