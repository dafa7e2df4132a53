#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# The recipes that serve until Ctrl-C: somebody connects, and the end is clean.
# usage: serving_test.sh STREAM_ECHO PRESENCE BLOCKING_VIEWS THREAD_PER_CLIENT
set -eu

folder=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill -9 "$server" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT

fail() {
  echo "serving_test: $1" >&2
  cat "$folder"/* >&2
  exit 1
}

# The port that the program tells in $folder/server.
port_told() {
  tries=0
  while ! grep -q 'port [0-9]' "$folder/server" 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || fail "no port is told"
    sleep 0.05
  done
  sed -n 's/.*port \([0-9][0-9]*\)$/\1/p' "$folder/server"
}

# Ctrl-C for $server, whose status must be 0.
interrupt() {
  kill -INT "$server"
  code=0
  wait "$server" || code=$?
  server=
  [ $code -eq 0 ] || fail "the server ended with $code"
}

"$1" --port 0 >"$folder/server" 2>&1 &
server=$!
port=$(port_told)
"$1" --connect "$port" --clients 3 --payload "to and fro" --scale 0.01 >"$folder/clients" 2>&1 ||
  fail "the clients ended with $?"
[ "$(grep -c 'client: received to and fro' "$folder/clients")" -eq 3 ] || fail "three echoes"
[ "$(grep -c 'server: received 10 bytes' "$folder/server")" -eq 3 ] || fail "three texts"
interrupt
grep -q 'closing server' "$folder/server" || fail "closing server"
grep -q 'closing event loop' "$folder/server" || fail "closing event loop"
"$1" --connect "$port" >"$folder/clients" 2>&1 && fail "nobody listens, and that is no failure?"

"$2" --port 0 >"$folder/server" 2>&1 &
server=$!
port=$(port_told)
[ "$port" -gt 0 ] || fail "which port?"
interrupt

"$3" --port 0 >"$folder/server" 2>&1 &
server=$!
tries=0
while ! grep -q 'http://127.0.0.1:[1-9]' "$folder/server"; do
  tries=$((tries + 1))
  [ $tries -lt 200 ] || fail "no address is told"
  sleep 0.05
done
interrupt

"$4" --port 0 >"$folder/server" 2>&1 &
server=$!
port=$(port_told)
"$1" --connect "$port" --clients 3 --payload "to and fro" --scale 0.01 >"$folder/clients" 2>&1 ||
  fail "the clients of threads ended with $?"
[ "$(grep -c 'client: received to and fro' "$folder/clients")" -eq 3 ] || fail "three echoes"
interrupt
grep -q 'Shutting down! 3 clients' "$folder/server" || fail "Shutting down!"
