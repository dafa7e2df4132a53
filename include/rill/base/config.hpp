// SPDX-License-Identifier: BSL-1.0
//
// What compiler and platform this is, as macros that are always defined, to 0 or 1. The only place
// in the library that asks.
#pragma once

#include <version>

/// The compiler. Exactly one of RILL_GCC and RILL_CLANG is 1; the other one's version is 0.
#if defined(__clang__)
#define RILL_CLANG 1
#define RILL_CLANG_MAJOR __clang_major__
#define RILL_GCC 0
#define RILL_GCC_MAJOR 0
#else
#define RILL_CLANG 0
#define RILL_CLANG_MAJOR 0
#define RILL_GCC 1
#define RILL_GCC_MAJOR __GNUC__
#endif

/// GCC 12 puts the promise of some coroutines where handles do not expect it (GCC bugs 106188 and
/// 106713, seen with 12.2, said to be fixed in 13). Promises check for it where this is 1.
#if RILL_GCC_MAJOR == 12
#define RILL_GCC_BROKEN_FRAMES 1
#else
#define RILL_GCC_BROKEN_FRAMES 0
#endif

/// The platform. At most one is 1.
#if defined(__linux__)
#define RILL_LINUX 1
#else
#define RILL_LINUX 0
#endif
#if defined(__APPLE__)
#define RILL_APPLE 1
#else
#define RILL_APPLE 0
#endif
#if defined(_WIN32)
#define RILL_WINDOWS 1
#else
#define RILL_WINDOWS 0
#endif

/// The sanitizers that this translation unit is compiled with.
#if defined(__has_feature)
#define RILL_HAS_FEATURE(name) __has_feature(name)
#else
#define RILL_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || RILL_HAS_FEATURE(address_sanitizer)
#define RILL_ASAN 1
#else
#define RILL_ASAN 0
#endif
#if defined(__SANITIZE_THREAD__) || RILL_HAS_FEATURE(thread_sanitizer)
#define RILL_TSAN 1
#else
#define RILL_TSAN 0
#endif

/// Tells the processor that this thread only waits for a word of memory to change.
#if defined(__x86_64__) || defined(__i386__)
#define RILL_RELAX() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define RILL_RELAX() __asm__ __volatile__("yield")
#else
#define RILL_RELAX() ((void)0)
#endif

/// 1 where the standard library has std::atomic_ref: libstdc++, and libc++ from 19 on.
#if defined(__cpp_lib_atomic_ref)
#define RILL_HAS_ATOMIC_REF 1
#else
#define RILL_HAS_ATOMIC_REF 0
#endif

/// Around a coroutine of a header whose frame may hold types of an unnamed namespace: GCC warns of
/// some of them, in whichever program uses it so.
#if RILL_GCC
#define RILL_LOCAL_TYPES_IN_FRAME_BEGIN \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wsubobject-linkage\"")
#define RILL_LOCAL_TYPES_IN_FRAME_END _Pragma("GCC diagnostic pop")
#else
#define RILL_LOCAL_TYPES_IN_FRAME_BEGIN
#define RILL_LOCAL_TYPES_IN_FRAME_END
#endif

/// Never inlined: for cold paths, and for access to thread-locals from coroutines.
#define RILL_NOINLINE __attribute__((noinline))
#define RILL_ALWAYS_INLINE inline __attribute__((always_inline))
#define RILL_COLD __attribute__((cold, noinline))

/// On every await_suspend that hands the coroutine's handle to somebody else. Clang before 19 may
/// otherwise keep its locals in the coroutine frame and write them after the handle was published
/// (llvm issues 56301 and 65018); may go when Clang 19 is the oldest one supported.
#if RILL_CLANG && RILL_CLANG_MAJOR < 19
#define RILL_PUBLISHING __attribute__((noinline))
#else
#define RILL_PUBLISHING
#endif

/// On empty members; a macro, because compilers for Windows spell it in ways of their own.
#define RILL_NO_UNIQUE_ADDRESS [[no_unique_address]]

/// 1 in debug builds, where checks that cost more than a compare are made.
#if defined(NDEBUG)
#define RILL_DEBUG_CHECKS 0
#else
#define RILL_DEBUG_CHECKS 1
#endif

/// 1 in the stress build (CMake option of the same name), where atomic operations disturb the
/// schedule of threads at random.
#if !defined(RILL_PERTURB_ATOMICS)
#define RILL_PERTURB_ATOMICS 0
#endif
