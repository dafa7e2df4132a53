// SPDX-License-Identifier: BSL-1.0
// Exceptions that come back from worker processes.
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <typeinfo>

#include "exec/pool_jobs.hpp"
#include "rill/core/errors.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/exec/process_pool_executor.hpp"
#include "rill/exec/remote_error.hpp"
#include "support/catch.hpp"

using Catch::Equals;
using rill_test::workers;

namespace app {

struct bad_row : std::runtime_error {
  explicit bad_row(int number) : std::runtime_error("row " + std::to_string(number)) {}
};

}  // namespace app

namespace {

template <class Exception>
void throw_text(const std::string& what) {
  throw Exception(what);
}
template <class Exception>
void throw_plain() {
  throw Exception();
}
void throw_row(int number) { throw app::bad_row(number); }
void throw_number() { throw 42; }
void throw_system(int code) {
  throw std::system_error(code, std::generic_category(), "reading the table");
}
void throw_file() { static_cast<void>(std::filesystem::file_size("/no/such/file")); }
void cancel_itself() { throw rill::cancelled_error("enough"); }
void fail_in_a_pool() {
  rill::process_pool_executor inner(workers(1));
  inner.submit<&throw_row>(7).result();
}

template <class Exception>
void check_text(rill::process_pool_executor& pool) {
  const auto job = pool.submit<&throw_text<Exception>>("what it says");
  try {
    job.result();
    FAIL("nothing thrown");
  } catch (const std::exception& error) {
    CHECK(typeid(error) == typeid(Exception));
    CHECK_THAT(error.what(), Equals("what it says"));
  }
}

template <class Exception>
void check_plain(rill::process_pool_executor& pool) {
  const auto job = pool.submit<&throw_plain<Exception>>();
  try {
    job.result();
    FAIL("nothing thrown");
  } catch (const std::exception& error) {
    CHECK(typeid(error) == typeid(Exception));
  }
}

}  // namespace

TEST_CASE("standard exceptions and those of rill come back as themselves", "[process]") {
  rill::process_pool_executor pool(workers(1));
  check_text<std::logic_error>(pool);
  check_text<std::invalid_argument>(pool);
  check_text<std::domain_error>(pool);
  check_text<std::length_error>(pool);
  check_text<std::out_of_range>(pool);
  check_text<std::runtime_error>(pool);
  check_text<std::range_error>(pool);
  check_text<std::overflow_error>(pool);
  check_text<std::underflow_error>(pool);
  check_text<rill::timeout_error>(pool);
  check_text<rill::usage_error>(pool);
  check_text<rill::invalid_state_error>(pool);
  check_text<rill::broken_process_pool>(pool);
  check_plain<std::exception>(pool);
  check_plain<std::bad_alloc>(pool);
  check_plain<std::bad_cast>(pool);
  check_plain<std::bad_optional_access>(pool);
  check_plain<std::bad_weak_ptr>(pool);
  check_plain<std::bad_function_call>(pool);
}

TEST_CASE("errors of the system keep their code and their text", "[process]") {
  rill::process_pool_executor pool(workers(1));
  const auto job = pool.submit<&throw_system>(2);
  try {
    job.result();
    FAIL("nothing thrown");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::no_such_file_or_directory);
    CHECK_THAT(error.what(), Equals("reading the table: No such file or directory"));
  }
  const auto of_file = pool.submit<&throw_file>();
  try {
    of_file.result();
    FAIL("nothing thrown");
  } catch (const std::filesystem::filesystem_error& error) {
    CHECK(error.code() == std::errc::no_such_file_or_directory);
    CHECK(error.path1() == "/no/such/file");
  }
}

TEST_CASE("other exceptions come back by the name of their type", "[process]") {
  rill::process_pool_executor pool(workers(1));
  const auto row = pool.submit<&throw_row>(3);
  try {
    row.result();
    FAIL("nothing thrown");
  } catch (const rill::remote_error& error) {
    CHECK(error.type_name() == "app::bad_row");
    CHECK(error.message() == "row 3");
    CHECK_THAT(error.what(), Equals("app::bad_row: row 3"));
  }
  const auto number = pool.submit<&throw_number>();
  try {
    number.result();
    FAIL("nothing thrown");
  } catch (const rill::remote_error& error) {
    CHECK(error.type_name() == "int");
  }
  const auto inner = pool.submit<&fail_in_a_pool>();
  try {
    inner.result();
    FAIL("nothing thrown");
  } catch (const rill::remote_error& error) {
    CHECK(error.type_name() == "app::bad_row");
    CHECK(error.message() == "row 7");
  }
}

TEST_CASE("a job that throws cancelled_error counts as cancelled", "[process]") {
  rill::process_pool_executor pool(workers(1));
  const auto job = pool.submit<&cancel_itself>();
  try {
    job.result();
    FAIL("nothing thrown");
  } catch (const rill::cancelled_error& error) {
    CHECK(error.reason() == "enough");
  }
  CHECK(job.cancelled());
}
