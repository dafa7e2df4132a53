// SPDX-License-Identifier: BSL-1.0
#include "rill/core/call_graph.hpp"

#include <string>
#include <string_view>

#include "rill/core/scheduler.hpp"

namespace rill {

namespace {

// GCC names a coroutine's body "void f(f(int)::_Z1fi.Frame*)": only the part before the frame type
// is of use.
std::string_view readable_function(std::string_view name) {
  if (name.find(".Frame*)") == std::string_view::npos) return name;
  constexpr std::string_view returned = "void ";
  if (name.substr(0, returned.size()) == returned) name.remove_prefix(returned.size());
  return name.substr(0, name.find('('));
}

// A gather of thousands names the first of them.
constexpr std::size_t most_named = 16;

RILL_COLD void append_awaited(std::string& text, detail::future_state* awaited) {
  if (awaited == nullptr || !awaited->is_task() || awaited->done()) return;
  text += "    which is task '" + detail::task_name(*awaited->as_task()) + "'\n";
}

RILL_COLD void append_task(std::string& text, const any_task& task) {
  text += "  task '" + task.name() + "'";
  const std::vector<await_frame> frames = call_chain(task);
  if (frames.empty()) text += " (not suspended at an await)";
  text += '\n';
  for (const await_frame& frame : frames) {
    text += "    awaits ";
    text += frame.wait;
    text += " at ";
    text += frame.site.file_name();
    text += ':';
    text += std::to_string(frame.site.line());
    text += " in ";
    text += readable_function(frame.site.function_name());
    text += '\n';
  }
  const detail::task_state* const state = detail::task_access::state(task);
  const detail::wait_op* const wait = state->current_wait();
  const std::size_t count = wait != nullptr ? wait->awaited_count() : 0;
  for (std::size_t i = 0; i < count && i < most_named; ++i)
    append_awaited(text, wait->awaited_at(i));
  if (count > most_named) {
    text += "    and " + std::to_string(count - most_named) + " more\n";
  }
}

}  // namespace

std::string detail::format_call_graph(const scheduler& owner) {
  std::string text;
  for (task_state* task = owner.first_task(); task != nullptr; task = task->next_task()) {
    append_task(text, task_access::wrap(*task));
  }
  return text;
}

std::string format_call_graph(const any_task& task) {
  std::string text;
  append_task(text, task);
  return text;
}

std::string format_call_graph() {
  return detail::format_call_graph(detail::scheduler::require_current());
}

}  // namespace rill
