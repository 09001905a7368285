/// \file
/// The one source of the version: the build system reads it from here.
#pragma once

#define KNOBLESS_VERSION_MAJOR 0
#define KNOBLESS_VERSION_MINOR 1
#define KNOBLESS_VERSION_PATCH 0
