// expect: objectives are at least two
#include <knobless/study.hpp>

#ifdef WRONG
const knobless::objectives goals{knobless::minimized("loss")};
#else
const knobless::objectives goals{knobless::minimized("loss"), knobless::minimized("speed")};
#endif
