/// \file
/// What a sampler is: the header to include.
#pragma once

#include "sampler/sampler.hpp"
