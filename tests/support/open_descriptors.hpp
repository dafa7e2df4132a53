// SPDX-License-Identifier: BSL-1.0
//
// Counts the descriptors of this process, for tests that must leave none behind.
#pragma once

namespace rill_test {

int open_descriptors();

}  // namespace rill_test
