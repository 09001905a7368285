/// \file
/// Search spaces whose parameters are known at run time only: the header to include.
#pragma once

#include "space/runtime_space.hpp"
