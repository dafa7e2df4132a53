#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Runs the examples for Windows under Wine: an echo, and a chat of two whose output is a file and a
# pipe.
# usage: wine_chat_test.sh FOLDER
set -eu
folder=$1
work=$(mktemp -d)
pids=
cleanup() {
  for pid in $pids; do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT INT TERM

fail() {
  echo "wine_chat_test: $*" >&2
  exit 1
}

# Waits until file $1 has a line that matches $2.
await() {
  tries=0
  until grep -q "$2" "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -le 400 ] || fail "no '$2' in: $(cat "$1")"
    sleep 0.05
  done
}

# Starts server $1, and sets `port`.
start() {
  wine "$folder/$1.exe" --port 0 >"$work/$1" 2>&1 </dev/null &
  pids="$pids $!"
  await "$work/$1" "^listening on .*(backend iocp)"
  port=$(sed -n 's/^listening on [0-9.]*:\([0-9]*\) .*/\1/p' "$work/$1" | head -n 1)
}

wine "$folder/echo_server.exe" --help | grep -q -- "--backend NAME .*iocp" ||
  fail "--help of the echo server does not name iocp"

start echo_server
wine "$folder/echo_client.exe" --port "$port" "there and back" </dev/null >"$work/echo" 2>&1
grep -q "^received: there and back" "$work/echo" || fail "no echo: $(cat "$work/echo")"

start chat_server
mkfifo "$work/ada.in" "$work/bob.in"
wine "$folder/chat_client.exe" --port "$port" --name ada <"$work/ada.in" >"$work/ada" 2>&1 &
pids="$pids $!"
exec 3>"$work/ada.in"
await "$work/ada" "^Welcome! 1 "
wine "$folder/chat_client.exe" --port "$port" --name bob <"$work/bob.in" 3>&- 2>&1 |
  cat >"$work/bob" 3>&- &
exec 4>"$work/bob.in"
await "$work/bob" "^Welcome! 2 "
echo "hello from bob" >&4
await "$work/ada" "^bob: hello from bob"
echo "hello from ada" >&3
await "$work/bob" "^ada: hello from ada"
exec 3>&-
await "$work/bob" "^ada has left the chat"
exec 4>&-
