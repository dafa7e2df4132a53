// SPDX-License-Identifier: BSL-1.0
// What makes a protocol for a transport.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>

namespace rill::detail {

template <class Factory>
using made_protocol = typename std::invoke_result_t<std::decay_t<Factory>&>::element_type;

/// Called without arguments, gives a shared or unique pointer to a protocol derived from Base.
template <class Factory, class Base>
concept protocol_factory = std::is_invocable_v<std::decay_t<Factory>&> &&
                           std::derived_from<made_protocol<Factory>, Base> &&
                           std::convertible_to<std::invoke_result_t<std::decay_t<Factory>&>,
                                               std::shared_ptr<made_protocol<Factory>>>;

}  // namespace rill::detail
