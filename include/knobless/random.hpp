/// \file
/// Random numbers that are the same everywhere: the header to include.
#pragma once

#include "base/random.hpp"
