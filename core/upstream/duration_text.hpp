// A duration as people write it in a message: "300 ms", "5 s", "1.5 s".

#pragma once

#include <chrono>
#include <string>

namespace patchbay::upstream {

std::string duration_text(std::chrono::milliseconds duration);

}  // namespace patchbay::upstream
