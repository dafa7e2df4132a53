// SPDX-License-Identifier: BSL-1.0
#include "exec/worker_keeper.hpp"

#include <exception>
#include <utility>

#include "exec/process_exceptions.hpp"
#include "exec/process_pool.hpp"
#include "exec/worker_jobs.hpp"
#include "rill/core/exception_context.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/loop/detail/job_core.hpp"

namespace rill::detail {

namespace {

void fail(process_job& job, const std::string& what) noexcept {
  job.fail(std::make_exception_ptr(broken_process_pool(what)));
}

/// Reads an answer up to its value. Gives what was thrown, or null.
std::exception_ptr read_answer(wire_reader& in) {
  while (true) {
    try {
      in.begin();
      const auto kind = static_cast<answer_kind>(in.read_number<std::uint8_t>());
      if (kind == answer_kind::value) return nullptr;
      std::exception_ptr error = read_exception(in);
      in.finish();
      return error;
    } catch (const wire_taken_back&) {  // the result could not be saved; what that threw follows
    }
  }
}

}  // namespace

void worker_keeper::start(std::shared_ptr<process_pool> pool) {
  thread_ = std::thread([this, pool = std::move(pool)]() mutable {
    set_home(pool.get());
    run();
    process_pool& mine = *pool;
    mine.keeper_has_ended(std::move(pool));
  });
}

void worker_keeper::run() noexcept {
  while (true) {
    bool end = false;
    std::shared_ptr<process_job> job = pool_.take_job(*this, end);
    if (job != nullptr) {
      perform(*job);
      job.reset();
      pool_.job_has_ended();
    } else if (end) {
      break;
    } else {
      wait_idle();
    }
  }
  dismiss();
}

void worker_keeper::wait_idle() noexcept {
  while (!waker_.wait(worker_ != nullptr ? worker_->watch->ended() : invalid_handle)) bury();
}

void worker_keeper::perform(process_job& job) noexcept {
  bool begun = false;
  while (have_worker(job)) {
    const bool again = std::exchange(begun, true);
    if (!again && !job.begin()) return;
    const sent how = send(job);
    if (how == sent::refused) return;
    if (how == sent::whole) {
      receive(job);
      const std::size_t limit = pool_.plan().max_tasks_per_worker;
      if (worker_ != nullptr && ++worker_->jobs_done == limit) dismiss();
      return;
    }
    // It cannot have begun the job. Another worker gets it, once.
    const std::string end = bury();
    if (again) return fail(job, "rill: two workers died while a job was sent to them; one " + end);
  }
}

bool worker_keeper::have_worker(process_job& job) noexcept {
  if (worker_ != nullptr && is_readable(worker_->watch->ended())) bury();
  // One that dies before it begins may have been killed, or its fork server: so not only once.
  std::string why;
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (worker_ != nullptr) return true;
    try {
      start_worker();
      initialize();
      return true;
    } catch (const wire_closed&) {
      why = "rill: a worker did not begin: it " + bury();
    } catch (...) {
      why = give_up();
      break;
    }
  }
  fail(job, why);
  return false;
}

// In a handler. What is left of the worker ends; gives the reason.
std::string worker_keeper::give_up() noexcept {
  try {
    throw;
  } catch (const broken_process_pool& broken) {
    pool_.break_down(broken.what());
    dismiss();
    return broken.what();
  } catch (const wire_late&) {
    kill();
    bury();
    return "rill: a worker did not begin in time; is rill::process_worker_main() the first line of "
           "main()?";
  } catch (...) {
    kill();
    if (worker_ != nullptr) bury();
    return "rill: a worker could not be started: " + describe_exception(std::current_exception());
  }
}

void worker_keeper::start_worker() {
  auto started = std::make_unique<worker>(pool_.starter().start());
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    worker_ = std::move(started);
  }
  pool_.worker_has_started();
  worker_->channel.set_deadline(process_channel::clock::now() + pool_.plan().start_limit);
  worker_->in.begin();
  if (worker_->in.read_number<std::uint32_t>() != worker_greeting) throw wire_late();
  const auto id = worker_->in.read_number<std::int64_t>();
  worker_->in.finish();
  worker_->channel.set_deadline(process_channel::clock::time_point::max());
  const std::lock_guard<std::mutex> guard(mutex_);
  worker_->id = id;
  if (pool_.is_dying()) worker_->watch->kill(id);
}

void worker_keeper::initialize() {
  if (pool_.plan().initializer == nullptr) return;
  std::exception_ptr error;
  try {
    pool_.plan().initializer->encode(worker_->out);
    worker_->out.end();
    error = read_answer(worker_->in);
    if (!error) worker_->in.finish();
  } catch (const wire_closed&) {
    throw broken_process_pool("rill: a worker of the process pool " + bury() +
                              " in its initializer");
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    throw broken_process_pool("rill: the initializer of the process pool has thrown: " +
                              describe_exception(error));
  }
}

worker_keeper::sent worker_keeper::send(process_job& job) noexcept {
  try {
    try {
      job.encode(worker_->out);
      worker_->out.end();
      return sent::whole;
    } catch (const wire_closed&) {
      throw;
    } catch (...) {
      const std::exception_ptr error = std::current_exception();
      worker_->out.take_back();
      job.fail(error);
      return sent::refused;
    }
  } catch (...) {
    return sent::not_at_all;
  }
}

void worker_keeper::receive(process_job& job) noexcept {
  std::exception_ptr error;
  try {
    while (true) {
      try {
        error = read_answer(worker_->in);
        if (error) break;
        return job.decode(worker_->in);
      } catch (const wire_taken_back&) {  // in the middle of the result; the reason follows
      }
    }
  } catch (const wire_closed&) {
    return fail(job, "rill: the worker process " + bury() + " while it had a job");
  } catch (...) {
    error = std::current_exception();
    try {
      worker_->in.finish();
    } catch (...) {
      kill();
      bury();
    }
  }
  job.fail(error);
}

void worker_keeper::dismiss() noexcept {
  if (worker_ == nullptr) return;
  worker_->channel.finish();
  reap(pool_.plan().exit_limit);
  pool_.worker_has_ended(false);
}

std::string worker_keeper::bury() noexcept {
  if (worker_ == nullptr) return "ended";
  // Its channel has ended, so it is about to.
  std::string how = reap(pool_.plan().exit_limit);
  pool_.worker_has_ended(true);
  return how;
}

std::string worker_keeper::reap(std::chrono::milliseconds limit) noexcept {
  std::string how = worker_->watch->end(worker_->id, limit);
  std::unique_ptr<worker> last;
  const std::lock_guard<std::mutex> guard(mutex_);
  last = std::move(worker_);
  return how;
}

void worker_keeper::kill() noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (worker_ != nullptr) worker_->watch->kill(worker_->id);
}

std::optional<std::int64_t> worker_keeper::worker_id() const noexcept {
  const std::lock_guard<std::mutex> guard(mutex_);
  if (worker_ == nullptr || worker_->id == 0) return std::nullopt;
  return worker_->id;
}

}  // namespace rill::detail
