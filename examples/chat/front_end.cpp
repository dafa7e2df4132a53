// SPDX-License-Identifier: BSL-1.0
#include "chat/front_end.hpp"

#include <signal.h>

#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

#include "chat/chat_protocol.hpp"
#include "chat/console.hpp"
#include "chat/job_signals.hpp"
#include "chat/utf8.hpp"
#include "rill/combinators/move_on_after.hpp"
#include "rill/combinators/race.hpp"
#include "rill/core/create_task.hpp"
#include "rill/loop/event_loop.hpp"
#include "rill/streams/standard_streams.hpp"
#include "rill/streams/stream_errors.hpp"
#include "rill/streams/terminal.hpp"
#include "rill/sync/queue.hpp"

namespace chat {

namespace {

// A terminal says which keys were pasted, and these must not be signals.
constexpr rill::terminal_mode_options console_mode = {
    .signals = false, .enter = "\x1b[?2004h", .leave = "\x1b[?2004l\x1b[0G\x1b[2K"};
// Of lines that were typed and not asked for yet.
constexpr std::size_t most_waiting = 1000;

line_editor::options editor_options() {
  line_editor::options options;
  options.longest = longest_line;
  return options;
}

class terminal_front_end final : public front_end {
 public:
  terminal_front_end(rill::stream_reader keys, rill::stream_writer screen)
      : keys_(std::move(keys)), screen_(std::move(screen)) {
    resize(size_.last());
    screen_.write(view_.drawn());
  }

  bool interactive() const noexcept override { return true; }

  void set_prompt(std::string prompt) override {
    view_.editor().set_prompt(std::move(prompt));
    screen_.write(view_.editor().drawn());
  }

  rill::coro<std::optional<std::string>> next_line() override {
    std::optional<std::string> line = co_await lines_.next();
    co_return std::move(line);
  }

  rill::coro<> show(std::vector<std::string> messages) override {
    append(messages);
    co_await screen_.drain();
  }

  rill::coro<> attend() override { co_await rill::race(read_keys(), follow_size()); }

  rill::coro<> close() override {
    // Not for ever: output may be stopped (Ctrl-S).
    co_await rill::move_on_after(std::chrono::seconds(1), screen_.flush());
    mode_.restore();
  }

 private:
  rill::coro<> read_keys() {
    while (true) {
      const std::string bytes = co_await keys_.read(4096);
      if (bytes.empty()) break;  // hung up
      take(bytes);
      co_await screen_.drain();
    }
    lines_.shutdown();
    const rill::future<> for_ever = rill::create_future<>();
    co_await for_ever;
  }

  // Another size, or another program's rubbish on the screen.
  rill::coro<> follow_size() {
    while (true) {
      const rill::terminal_size now = co_await size_.changed();
      resize(now);
      screen_.write(view_.drawn());
      co_await screen_.drain();
    }
  }

  void append(const std::vector<std::string>& messages) {
    for (const std::string& message : messages) view_.append(message);
    screen_.write(view_.drawn_messages());
  }

  void resize(rill::terminal_size size) { view_.resize(size.rows, size.columns); }

  void take(std::string_view bytes) {
    for (editor_event& event : view_.editor().feed(bytes)) obey(event);
    screen_.write(view_.editor().take_screen());
  }

  void obey(editor_event& event) {
    switch (event.what) {
      case editor_event::kind::line:
        if (lines_.size() < most_waiting) return static_cast<void>(lines_.try_put(event.text));
        return append({"(too many lines wait; not sent)"});
      case editor_event::kind::end:
        return lines_.shutdown();
      case editor_event::kind::redraw:
        return screen_.write(view_.drawn());
      case editor_event::kind::too_long:
        return append({"(that paste was too long, and left out)"});
      case editor_event::kind::interrupt:
        return interrupt_job();
      case editor_event::kind::suspend:
        return suspend_job();
      case editor_event::kind::quit:
        return quit_job();
    }
  }

  rill::stream_reader keys_;
  rill::stream_writer screen_;
  rill::terminal_mode mode_ = rill::terminal_mode::character(console_mode);
  rill::terminal_size_watch size_;
  console view_{editor_options()};
  rill::queue<std::string> lines_;  // shut down at the end of the input
};

class pipe_front_end final : public front_end {
 public:
  pipe_front_end(rill::stream_reader input, rill::stream_writer output)
      : input_(std::move(input)), output_(std::move(output)) {}

  bool interactive() const noexcept override { return false; }
  void set_prompt(std::string) override {}

  rill::coro<std::optional<std::string>> next_line() override {
    std::optional<std::string> line = co_await input_.next_line();
    if (line) *line = std::string(without_end(*line));
    co_return std::move(line);
  }

  rill::coro<> show(std::vector<std::string> messages) override {
    std::string lines;
    for (const std::string& message : messages) {
      lines += shown_raw_ ? message : printable(message);
      lines += '\n';
    }
    co_await output_.write_all(lines);
  }

  rill::coro<> attend() override {
    const rill::future<> for_ever = rill::create_future<>();
    co_await for_ever;
  }

  rill::coro<> close() override {
    try {
      co_await output_.flush();
    } catch (const std::system_error&) {
      // Nobody reads any more; show() has said so, if there was something to show.
    }
  }

 private:
  rill::stream_reader input_;
  rill::stream_writer output_;
  const bool shown_raw_ = !rill::is_terminal(rill::standard_output_handle());
};

volatile std::sig_atomic_t last_signal = SIGINT;

extern "C" void pass_on_as_interrupt(int signal_number) {
  last_signal = signal_number;
  std::raise(SIGINT);
}

}  // namespace

rill::coro<std::unique_ptr<front_end>> open_front_end() {
  rill::stream_reader input = co_await rill::open_standard_input();
  rill::stream_writer output = co_await rill::open_standard_output();
  std::unique_ptr<front_end> made;
  if (rill::is_terminal(rill::standard_input_handle()) &&
      rill::is_terminal(rill::standard_output_handle())) {
    made = std::make_unique<terminal_front_end>(std::move(input), std::move(output));
  } else {
    made = std::make_unique<pipe_front_end>(std::move(input), std::move(output));
  }
  co_return std::move(made);
}

void treat_signals_as_interrupts() {
  // A shell that starts a program in the background may have it ignore Ctrl-C.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, &pass_on_as_interrupt);
  handle_hangup(&pass_on_as_interrupt);
}

int interrupted_status() noexcept { return 128 + last_signal; }

}  // namespace chat
