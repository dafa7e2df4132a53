// SPDX-License-Identifier: BSL-1.0
#include "exec/process_exceptions.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <any>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <typeinfo>
#include <utility>
#include <variant>

#include "base/system_errors.hpp"
#include "rill/core/errors.hpp"
#include "rill/exec/detail/process_wire.hpp"
#include "rill/exec/exec_errors.hpp"
#include "rill/exec/remote_error.hpp"

namespace rill::detail {

namespace {

struct known_type {
  const std::type_info* type;
  std::exception_ptr (*make)(const std::string& what);
};

template <class Exception>
known_type with_text() {
  return {&typeid(Exception),
          [](const std::string& what) { return std::make_exception_ptr(Exception(what)); }};
}

template <class Exception>
known_type without_text() {
  return {&typeid(Exception),
          [](const std::string& /*what*/) { return std::make_exception_ptr(Exception()); }};
}

// Both processes are the same program, so a place in this table means the same to both.
const auto& known_types() {
  static const std::array types{with_text<std::logic_error>(),
                                with_text<std::invalid_argument>(),
                                with_text<std::domain_error>(),
                                with_text<std::length_error>(),
                                with_text<std::out_of_range>(),
                                with_text<std::runtime_error>(),
                                with_text<std::range_error>(),
                                with_text<std::overflow_error>(),
                                with_text<std::underflow_error>(),
                                with_text<timeout_error>(),
                                with_text<invalid_state_error>(),
                                with_text<usage_error>(),
                                with_text<broken_executor>(),
                                with_text<broken_thread_pool>(),
                                with_text<executor_shut_down>(),
                                with_text<broken_process_pool>(),
                                without_text<std::exception>(),
                                without_text<std::bad_exception>(),
                                without_text<std::bad_alloc>(),
                                without_text<std::bad_cast>(),
                                without_text<std::bad_any_cast>(),
                                without_text<std::bad_typeid>(),
                                without_text<std::bad_array_new_length>(),
                                without_text<std::bad_weak_ptr>(),
                                without_text<std::bad_function_call>(),
                                without_text<std::bad_variant_access>(),
                                without_text<std::bad_optional_access>()};
  return types;
}

enum class carried : std::uint8_t { known, system, file, cancelled, other };

std::string readable(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? std::string(name.get()) : std::string(type.name());
}

// The categories whose numbers every process reads the same way; the first and the last are one,
// but for Windows.
const std::array<const std::error_category*, 3>& known_categories() {
  static const std::array<const std::error_category*, 3> all{
      &system_errors(), &std::generic_category(), &std::system_category()};
  return all;
}

// What the thrower wrote, without the description of the code that the constructor appends.
std::string own_text(std::string_view what, const std::error_code& code) {
  const std::string description = code.message();
  if (what == description) return {};
  const std::string tail = ": " + description;
  if (what.ends_with(tail)) what.remove_suffix(tail.size());
  return std::string(what);
}

void write_kind(wire_writer& out, carried kind) {
  out.write_number(static_cast<std::uint8_t>(kind));
}

void write_other(wire_writer& out, std::string_view type, std::string_view message) {
  write_kind(out, carried::other);
  out.write_text(type);
  out.write_text(message);
}

bool write_code(wire_writer& out, carried kind, const std::error_code& code, const char* what) {
  const auto& known = known_categories();
  const auto found = std::find(known.begin(), known.end(), &code.category());
  if (found == known.end()) return false;
  write_kind(out, kind);
  out.write_number(static_cast<std::uint8_t>(found - known.begin()));
  out.write_number(static_cast<std::int32_t>(code.value()));
  out.write_text(own_text(what, code));
  return true;
}

std::error_code read_code(wire_reader& in) {
  const auto category = in.read_number<std::uint8_t>();
  const auto value = in.read_number<std::int32_t>();
  return {value, *known_categories().at(category)};
}

// The system's own spelling: on Windows it has wide characters.
void write_path(wire_writer& out, const std::filesystem::path& path) {
  const std::filesystem::path::string_type& text = path.native();
  const char* const bytes = reinterpret_cast<const char*>(text.data());
  out.write_text({bytes, text.size() * sizeof *text.data()});
}

std::filesystem::path read_path(wire_reader& in) {
  const std::string bytes = in.read_text();
  std::filesystem::path::string_type text(bytes.size() / sizeof(std::filesystem::path::value_type),
                                          std::filesystem::path::value_type());
  std::memcpy(text.data(), bytes.data(), text.size() * sizeof *text.data());
  return {std::move(text)};
}

bool write_known(wire_writer& out, const std::exception& error) {
  const std::type_info& type = typeid(error);
  if (type == typeid(std::system_error)) {
    const auto& of_system = static_cast<const std::system_error&>(error);
    return write_code(out, carried::system, of_system.code(), of_system.what());
  }
  if (type == typeid(std::filesystem::filesystem_error)) {
    const auto& of_file = static_cast<const std::filesystem::filesystem_error&>(error);
    if (!write_code(out, carried::file, of_file.code(), of_file.std::system_error::what())) {
      return false;
    }
    write_path(out, of_file.path1());
    write_path(out, of_file.path2());
    return true;
  }
  if (type == typeid(remote_error)) {
    const auto& remote = static_cast<const remote_error&>(error);
    write_other(out, remote.type_name(), remote.message());
    return true;
  }
  std::uint8_t place = 0;
  for (const known_type& known : known_types()) {
    if (*known.type == type) {
      write_kind(out, carried::known);
      out.write_number(place);
      out.write_text(error.what());
      return true;
    }
    ++place;
  }
  return false;
}

}  // namespace

void write_exception(wire_writer& out, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const cancelled_error& cancelled) {
    write_kind(out, carried::cancelled);
    out.write_text(cancelled.reason());
  } catch (const std::exception& known) {
    if (!write_known(out, known)) write_other(out, readable(typeid(known)), known.what());
  } catch (...) {
    const std::type_info* const type = abi::__cxa_current_exception_type();
    write_other(out, type != nullptr ? readable(*type) : "unknown",
                "an exception that is not a std::exception");
  }
}

std::exception_ptr read_exception(wire_reader& in) {
  const auto kind = static_cast<carried>(in.read_number<std::uint8_t>());
  switch (kind) {
    case carried::known: {
      const auto place = in.read_number<std::uint8_t>();
      return known_types().at(place).make(in.read_text());
    }
    case carried::system: {
      const std::error_code code = read_code(in);
      const std::string what = in.read_text();
      return std::make_exception_ptr(what.empty() ? std::system_error(code)
                                                  : std::system_error(code, what));
    }
    case carried::file: {
      const std::error_code code = read_code(in);
      const std::string what = in.read_text();
      const std::filesystem::path first = read_path(in);
      const std::filesystem::path second = read_path(in);
      return std::make_exception_ptr(std::filesystem::filesystem_error(what, first, second, code));
    }
    case carried::cancelled:
      return std::make_exception_ptr(cancelled_error(in.read_text()));
    case carried::other:
      break;
  }
  std::string type = in.read_text();
  return std::make_exception_ptr(remote_error(std::move(type), in.read_text()));
}

}  // namespace rill::detail
