/// \file
/// The one source of the version: the build system reads it from here.
#pragma once

/// A new one breaks programs.
#define KNOBLESS_VERSION_MAJOR 0
/// Before 1.0 a new one may break programs.
#define KNOBLESS_VERSION_MINOR 1
/// A new one breaks nothing.
#define KNOBLESS_VERSION_PATCH 0
