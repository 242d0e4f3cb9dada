// Registers the addon: one Environment per JavaScript environment.
#include "binding/environment.h"

using Environment = gsv::binding::Environment;
NODE_API_ADDON(Environment)
