// A duration as people write it in a message: "300 ms", "1.5 s", "5 s", "10 min", "1 h".

#pragma once

#include <chrono>
#include <string>

namespace patchbay::upstream {

std::string duration_text(std::chrono::milliseconds duration);

}  // namespace patchbay::upstream
