// Names that other people's headers take as macros.
// C's <complex.h> makes `I` and `complex` macros.
#include <complex.h>
#ifndef I
#define I 1
#endif

// Windows.h and what it brings.
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define small char
#define hyper long long
#define near
#define far
#define interface struct
#define ERROR 0
#define NO_ERROR 0
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define TRUE 1
#define FALSE 0
#define DELETE 0x00010000L
#define STRICT 1
#define ABSOLUTE 1
#define RELATIVE 2
#define PASSTHROUGH 19
#define DIFFERENCE 11
#define THIS this
#define DOMAIN 1
#define OVERFLOW 3
#define UNDERFLOW 4
#define SING 2

// X11.
#define None 0L
#define Bool int
#define Status int
#define Success 0
#define Always 2
#define True 1
#define False 0
#define Complex 0
#define Unsorted 0

// <termios.h>, <sys/sysmacros.h>, GNU mode, Arduino.
#undef major
#undef minor
#undef linux
#undef unix
#define B0 0
#define B1 1
#define major(device) (device)
#define minor(device) (device)
#define linux 1
#define unix 1
#define F(text) text

// Unreal Engine, Apple's AssertMacros.h, Arduino.
#define check(condition) ((void)0)
#define verify(condition) ((void)(condition))
#define ensure(condition) (condition)
#define checkf(condition, ...) ((void)0)
#define TEXT(text) L##text
#define PI 3.14159265F
#define check_noerr(error) ((void)0)
#define radians(degrees) ((degrees)*0.0174F)
#define sq(x) ((x) * (x))
#define constrain(x, low, high) ((x) < (low) ? (low) : (x))
#define FORCEINLINE inline
#define LOG(level) level
#define INFO 0
#define WARNING 1
#define FATAL 3
#define Abs(x) (x)
#define Min(a, b) (a)
#define Max(a, b) (b)
