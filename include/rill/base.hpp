// SPDX-License-Identifier: BSL-1.0
//
// The base layer: what programs may use of it.
#pragma once

#include "rill/base/assert.hpp"
#include "rill/base/config.hpp"
#include "rill/base/error.hpp"
#include "rill/base/native_handle.hpp"
#include "rill/base/unique_function.hpp"
