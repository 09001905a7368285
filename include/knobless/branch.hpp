/// \file
/// Parameters that only some configurations have: the header to include.
#pragma once

#include "space/branch.hpp"
