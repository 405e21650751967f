// The Swift overlay of the C library refers to hypotf, of which glibc 2.35 has a new version. Nothing here calls it, but
// without this the programs would not even start where glibc is older, as on RHEL 9 (2.34). The version of before is in
// every glibc.
#if defined(__x86_64__)
float cl_hypotf(float x, float y);
__asm__(".symver cl_hypotf, hypotf@GLIBC_2.2.5");

__attribute__((visibility("hidden"))) float hypotf(float x, float y) { return cl_hypotf(x, y); }
#endif
