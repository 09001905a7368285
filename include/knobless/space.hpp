/// \file
/// Search spaces over a struct: the header to include.
#pragma once

#include "space/space.hpp"
