// SPDX-License-Identifier: BSL-1.0
// Nothing but the header that the recipes share, for RILL_PRECOMPILE.
#include "rill/rill.hpp"
