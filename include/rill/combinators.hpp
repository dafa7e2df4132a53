// SPDX-License-Identifier: BSL-1.0
// The combinators: time limits around awaits, and many awaits at once.
#pragma once

#include "rill/combinators/as_completed.hpp"
#include "rill/combinators/collect.hpp"
#include "rill/combinators/exception_group.hpp"
#include "rill/combinators/exit_stack.hpp"
#include "rill/combinators/gather.hpp"
#include "rill/combinators/merge.hpp"
#include "rill/combinators/move_on_after.hpp"
#include "rill/combinators/race.hpp"
#include "rill/combinators/run_coroutine_threadsafe.hpp"
#include "rill/combinators/shield.hpp"
#include "rill/combinators/staggered_race.hpp"
#include "rill/combinators/task_group.hpp"
#include "rill/combinators/task_status.hpp"
#include "rill/combinators/timeout.hpp"
#include "rill/combinators/timeout_scope.hpp"
#include "rill/combinators/views.hpp"
#include "rill/combinators/wait.hpp"
#include "rill/combinators/wait_for.hpp"
#include "rill/combinators/with.hpp"
