/// \file
/// The version: the header to include.
#pragma once

#include "base/version.hpp"
