// The descriptors that the process which tries a plugin out is given.

#pragma once

namespace patchbay::plugin_host {

inline constexpr int kProbeRequest = 0;  // a ProbeRequest as JSON, to be read to its end
inline constexpr int kProbeLibrary = 3;  // the library's copy
// Lines: what the process is about to do, each before it does so, and last the problems as JSON.
inline constexpr int kProbeAnswer = 4;

}  // namespace patchbay::plugin_host
