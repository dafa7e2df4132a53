// SPDX-License-Identifier: BSL-1.0
#include "rill/core/detail/foreign_awaiter.hpp"

namespace rill::detail {

void resume_stand_in::on_resume(resume_stand_in* self) noexcept {
  // Always by the inbox: this may be the loop's own thread in the middle of a step, or any other
  // thread.
  self->task->wake_from_any_thread();
}

}  // namespace rill::detail
