// The example at the top of plugin.hpp, as it stands there.

#include "plugin_example.inc"
