// SPDX-License-Identifier: BSL-1.0
//
// The test framework. No other file includes it, so that its version is known here only.
#pragma once

#include <catch2/catch.hpp>
