// All headers, for a consumer with the strictest warnings who does not mark them as system headers.
#include <all_headers.hpp>
