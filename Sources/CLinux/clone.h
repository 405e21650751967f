// ThreadSanitizer takes every clone(2) for a fork, and stops at a child that shares our memory until it executes a program.
// The C library has the function under a second name, which it leaves alone.
#ifndef UNDERSTUDY_CLONE_H
#define UNDERSTUDY_CLONE_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
int __clone(int (*function)(void *), void *stack, int flags, void *argument, ...);
#define clone __clone
#endif
#endif

#endif
