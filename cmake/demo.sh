#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
#
# Shows rill at work: installs what is missing, builds a release, and on each reactor that works
# here starts the echo server, talks to it, measures it and ends it with Ctrl-C's signal.
#
#   cmake/demo.sh            CXX=... chooses the compiler; the build lies in build/demo
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=cmake/packages.sh
. "$root/cmake/packages.sh"
build=$root/build/demo
server=$build/examples/echo_server
client=$build/examples/echo_client
server_pid=

if [ "$#" -ne 0 ]; then
  echo "usage: cmake/demo.sh" >&2
  exit 2
fi

end_server() {
  [ -z "$server_pid" ] || kill -KILL "$server_pid" 2>/dev/null || true
}
trap end_server EXIT

# Starts the server on the reactor $1; sets server_pid and port.
start_server() {
  local log=$build/server-$1.log tries=0
  : >"$log"
  # Job control lets the server have SIGINT; a shell's plain background job is born ignoring it.
  set -m
  "$server" --port 0 --backend "$1" >"$log" 2>&1 &
  server_pid=$!
  set +m
  port=
  while [ -z "$port" ]; do
    port=$(sed -n 's/^listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$log" | head -n 1)
    tries=$((tries + 1))
    if [ -z "$port" ]; then
      if [ "$tries" -gt 100 ] || ! kill -0 "$server_pid" 2>/dev/null; then
        cat "$log" >&2
        die "the echo server did not start on $1"
      fi
      sleep 0.1
    fi
  done
  note "$(head -n 1 "$log")"
}

# Interrupts the server; it has ten seconds to end with exit code 0.
stop_server() {
  local tries=0 code=0
  kill -INT "$server_pid"
  while kill -0 "$server_pid" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || die "the echo server on $1 did not end within 10 s of SIGINT"
    sleep 0.1
  done
  wait "$server_pid" || code=$?
  server_pid=
  [ "$code" -eq 0 ] || die "the echo server on $1 ended with exit code $code after SIGINT"
  note "server ended by SIGINT, exit code 0"
}

show_reactor() {
  step "reactor $1"
  start_server "$1"
  note "a conversation:"
  timeout 30 "$client" --host 127.0.0.1 --port "$port" hello world | sed 's/^/      /'
  note "load, 50 connections of 64 bytes for 2 s:"
  timeout 30 "$client" --host 127.0.0.1 --port "$port" \
    --load --connections 50 --size 64 --seconds 2 | sed 's/^/      /'
  stop_server "$1"
}

step "looking for what the build needs"
choose_compiler
require cmake ninja pkg_config liburing "${compiler_needs[@]}"
choose_jobs

step "building a release in build/demo, $jobs at a time"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_CXX_COMPILER="$compiler" -DRILL_BUILD_TESTS=OFF -DRILL_BUILD_EXAMPLES=ON
cmake --build "$build" --parallel "$jobs" --target echo_server echo_client

shown=0
list=$("$server" --list-backends)
while read -r name state reason; do
  if [ "$state" = available ]; then
    show_reactor "$name" </dev/null
    shown=$((shown + 1))
  else
    step "reactor $name: $state${reason:+, $reason}"
  fi
done <<<"$list"
[ "$shown" -gt 0 ] || die "no reactor is available here"

step "done: the echo server ran on $shown reactor(s)"
