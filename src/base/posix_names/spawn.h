// SPDX-License-Identifier: BSL-1.0
// <spawn.h> of POSIX for Windows: the names alone, for fields of the table that are null there.
#pragma once

#include <sys/types.h>
#include <time.h>

struct posix_spawn_file_actions_t;
struct posix_spawnattr_t;
typedef unsigned long long sigset_t;
