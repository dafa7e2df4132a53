// SPDX-License-Identifier: BSL-1.0
// How values go to worker processes and back: cereal's archives over the wire of the pool. Needs
// the library cereal, and is in no umbrella: link rill::process_pool.
#pragma once

#include <cereal/cereal.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/set.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/tuple.hpp>
#include <cereal/types/unordered_map.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>

#include "rill/base/native_handle.hpp"
#include "rill/exec/detail/process_wire.hpp"

namespace rill {

// [sent_as_bytes]
/// Set it to true for a type of yours whose bytes are its value (no pointers in it, trivially
/// copyable), and it goes to worker processes and back as it lies in memory:
///
///     template <>
///     inline constexpr bool rill::sent_as_bytes<point> = true;
template <class T>
inline constexpr bool sent_as_bytes = false;
// [/sent_as_bytes]

// [process_output_archive]
/// The archive that arguments and results are saved to. Types of yours are sent once cereal can
/// save and load them: by a member or a function `serialize(Archive&)`, or a pair of `save` and
/// `load`. multiprocessing: pickle.
///
/// Numbers, enumerations, strings, vectors, arrays, maps, sets, pairs, tuples, optional, variant
/// and durations are known; other standard types want their header of cereal, for example
/// <cereal/types/memory.hpp>.
class process_output_archive
    : public cereal::OutputArchive<process_output_archive, cereal::AllowEmptyClassElision> {
 public:
  explicit process_output_archive(detail::wire_writer& out) : OutputArchive(this), out_(&out) {}

  void save_bytes(const void* data, std::size_t size) { out_->write(data, size); }
  /// Sends a handle; `keep` holds it open until it is sent.
  void save_handle(native_handle handle, std::shared_ptr<const void> keep) {
    out_->attach(handle, std::move(keep));
  }
  // [/process_output_archive]

 private:
  detail::wire_writer* out_;
};

// [process_input_archive]
/// The archive that they are loaded from, in the same order.
class process_input_archive
    : public cereal::InputArchive<process_input_archive, cereal::AllowEmptyClassElision> {
 public:
  explicit process_input_archive(detail::wire_reader& in) : InputArchive(this), in_(&in) {}

  void load_bytes(void* data, std::size_t size) { in_->read(data, size); }
  /// Takes over a handle that was sent.
  native_handle load_handle() { return in_->take_handle(); }
  // [/process_input_archive]

 private:
  detail::wire_reader* in_;
};

namespace detail {

template <class T>
concept goes_as_bytes = std::is_arithmetic_v<T> || sent_as_bytes<T>;

}  // namespace detail

// What cereal asks an archive for.
template <detail::goes_as_bytes T>
void CEREAL_SAVE_FUNCTION_NAME(process_output_archive& to, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>,
                "rill: sent_as_bytes is for types that are trivially copyable");
  to.save_bytes(&value, sizeof value);
}
template <detail::goes_as_bytes T>
void CEREAL_LOAD_FUNCTION_NAME(process_input_archive& from, T& value) {
  from.load_bytes(&value, sizeof value);
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(process_output_archive& to, const cereal::BinaryData<T>& block) {
  to.save_bytes(block.data, static_cast<std::size_t>(block.size));
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(process_input_archive& from, cereal::BinaryData<T>& block) {
  from.load_bytes(block.data, static_cast<std::size_t>(block.size));
}

template <class Archive, class T>
  requires std::is_base_of_v<process_output_archive, Archive> ||
           std::is_base_of_v<process_input_archive, Archive>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}
template <class Archive, class T>
  requires std::is_base_of_v<process_output_archive, Archive> ||
           std::is_base_of_v<process_input_archive, Archive>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, cereal::SizeTag<T>& tag) {
  archive(tag.size);
}

// [process_transferable]
/// Types that can be arguments and results of jobs in other processes: a value type that cereal can
/// save and load, and that can be made empty to be loaded into. Pointers, references and views are
/// not: what they refer to stays behind.
template <class T>
concept process_transferable =
    std::is_object_v<T> && !std::is_pointer_v<T> && std::default_initializable<T> &&
    std::movable<T> && cereal::traits::is_output_serializable<T, process_output_archive>::value &&
    cereal::traits::is_input_serializable<T, process_input_archive>::value;
// [/process_transferable]

}  // namespace rill

// For pointers to base classes, which cereal resolves by its own registry.
CEREAL_REGISTER_ARCHIVE(rill::process_output_archive)
CEREAL_REGISTER_ARCHIVE(rill::process_input_archive)
CEREAL_SETUP_ARCHIVE_TRAITS(rill::process_input_archive, rill::process_output_archive)
