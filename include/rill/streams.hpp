// SPDX-License-Identifier: BSL-1.0
// The streams layer: connections with buffering, and servers.
#pragma once

#include "rill/streams/connect_pipe.hpp"
#include "rill/streams/connection.hpp"
#include "rill/streams/create_connection.hpp"
#include "rill/streams/create_server.hpp"
#include "rill/streams/memory_stream.hpp"
#include "rill/streams/named_pipe.hpp"
#include "rill/streams/pipe.hpp"
#include "rill/streams/sendfile.hpp"
#include "rill/streams/server.hpp"
#include "rill/streams/standard_streams.hpp"
#include "rill/streams/stream_errors.hpp"
#include "rill/streams/stream_reader.hpp"
#include "rill/streams/stream_reader_protocol.hpp"
#include "rill/streams/stream_writer.hpp"
#include "rill/streams/terminal.hpp"
