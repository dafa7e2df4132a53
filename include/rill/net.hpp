// SPDX-License-Identifier: BSL-1.0
//
// The net layer: addresses, and what is made of them.
#pragma once

#include "rill/net/address.hpp"
#include "rill/net/connect.hpp"
#include "rill/net/create_datagram_endpoint.hpp"
#include "rill/net/datagram_endpoint.hpp"
#include "rill/net/file.hpp"
#include "rill/net/ip_address.hpp"
#include "rill/net/protocol.hpp"
#include "rill/net/resolver.hpp"
#include "rill/net/sock_calls.hpp"
#include "rill/net/socket.hpp"
#include "rill/net/transport.hpp"
#include "rill/net/write_limits.hpp"
