/// \file
/// What a scheduler is: the header to include.
#pragma once

#include "scheduler/scheduler.hpp"
