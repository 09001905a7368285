/// \file
/// Ask and tell: the header to include.
#pragma once

#include "study/study.hpp"
