/// \file
/// What an error is, and a result that may be one: the header to include.
#pragma once

#include "base/error.hpp"
