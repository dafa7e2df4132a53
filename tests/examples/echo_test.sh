#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Runs the echo server on one reactor and has the client converse with it and load it.
# usage: echo_test.sh SERVER CLIENT BACKEND
set -eu
server=$1
client=$2
backend=$3

work=$(mktemp -d)
pid=
cleanup() {
  [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT INT TERM

fail() {
  echo "echo_test: $*" >&2
  exit 1
}

if "$server" --list-backends | grep "^$backend unavailable"; then
  exit 77
fi

start() {
  rm -f "$work/server.out"
  : >"$work/server.out"
  "$server" --backend "$backend" "$@" >"$work/server.out" 2>"$work/server.err" </dev/null &
  pid=$!
  tries=0
  until grep -q "^listening on .*(backend $backend)" "$work/server.out"; do
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || fail "the server does not listen: $(cat "$work/server.err")"
    sleep 0.05
  done
  port=$(sed -n 's/^listening on [^ ]*:\([0-9]*\) .*/\1/p' "$work/server.out" | head -n 1)
}

stop() {
  kill -"$1" "$pid"
  code=0
  wait "$pid" || code=$?
  pid=
  [ "$code" -eq 0 ] || fail "the server ended with $code: $(cat "$work/server.err")"
  [ ! -s "$work/server.err" ] || fail "the server complained: $(cat "$work/server.err")"
}

# What "$@" fails with: exit code 1, and a text on standard error that matches the pattern $1.
fails_with() {
  pattern=$1
  shift
  code=0
  "$@" >/dev/null 2>"$work/err" </dev/null || code=$?
  [ "$code" -eq 1 ] || fail "'$*' gives $code"
  grep -q "$pattern" "$work/err" || fail "'$*' does not tell '$pattern': $(cat "$work/err")"
}

# Ends the server with signal $1 while a client is connected, which then learns of it.
stop_in_conversation() {
  rm -f "$work/talk" "$work/out"
  mkfifo "$work/talk"
  : >"$work/out"
  "$client" --host localhost --port "$port" --backend "$backend" \
    <"$work/talk" >"$work/out" 2>"$work/err" &
  talker=$!
  exec 3>"$work/talk"
  echo "first" >&3
  tries=0
  until grep -q "^received: first" "$work/out"; do
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || fail "the client does not converse: $(cat "$work/err")"
    sleep 0.05
  done
  stop "$1"
  echo "second" >&3
  exec 3>&-
  code=0
  wait "$talker" || code=$?
  [ "$code" -eq 1 ] || fail "a client whose server has gone ends with $code: $(cat "$work/out")"
}

start
"$client" --port "$port" --backend "$backend" hello "two words" >"$work/out"
printf 'sent: hello\nreceived: hello\nsent: two words\nreceived: two words\n' >"$work/want"
cmp "$work/out" "$work/want" || fail "the conversation differs"
printf 'line one\n\nline two\n' | "$client" --port "$port" --backend "$backend" >"$work/out"
printf 'sent: line one\nreceived: line one\nsent: line two\nreceived: line two\n' >"$work/want"
cmp "$work/out" "$work/want" || fail "the conversation by standard input differs"
"$client" --port "$port" --backend "$backend" --load --connections 20 --size 1000 --seconds 0.3 \
  >"$work/out" || fail "the load failed"
grep -q "round trips/s" "$work/out" || fail "no figure: $(cat "$work/out")"
grep -q "p99.9" "$work/out" || fail "no latencies"
"$client" --host localhost --port "$port" --backend "$backend" "by name" >"$work/out"
grep -q "^received: by name" "$work/out" || fail "no conversation by name"
fails_with "in use" "$server" --backend "$backend" --port "$port"
fails_with "no-such-host.invalid" \
  "$client" --host no-such-host.invalid --port "$port" --backend "$backend" hello
fails_with "no-such-host.invalid" "$server" --host no-such-host.invalid --backend "$backend"
stop TERM
fails_with "refused" "$client" --port "$port" --backend "$backend" hello

start
stop_in_conversation INT

start --host localhost --threads 2
"$client" --host localhost --port "$port" --backend "$backend" --load --connections 8 \
  --seconds 0.2 >"$work/out" || fail "the load on two threads failed"
stop_in_conversation INT
