#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Runs the chat server on one reactor and clients through pipes.
# usage: chat_test.sh SERVER CLIENT LISTER BACKEND
# LISTER --list-backends says which reactors work here.
set -eu
server=$1
client=$2
lister=$3
backend=$4

work=$(mktemp -d)
pid=
cleanup() {
  [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT INT TERM

fail() {
  echo "chat_test: $*" >&2
  exit 1
}

# Waits until file $1 has a line that matches $2.
await() {
  tries=0
  until grep -q "$2" "$1"; do
    tries=$((tries + 1))
    [ "$tries" -le 200 ] || fail "no '$2' in: $(cat "$1")"
    sleep 0.05
  done
}

start() {
  rm -f "$work/server.out"
  : >"$work/server.out"
  "$server" --port 0 --backend "$backend" "$@" >"$work/server.out" 2>"$work/server.err" </dev/null &
  pid=$!
  await "$work/server.out" "^listening on .*(backend $backend)"
  port=$(sed -n 's/^listening on [^ ]*:\([0-9]*\) .*/\1/p' "$work/server.out" | head -n 1)
}

stop() {
  kill -"$1" "$pid"
  code=0
  wait "$pid" || code=$?
  pid=
  [ "$code" -eq "$2" ] || fail "the server ended with $code: $(cat "$work/server.err")"
  [ ! -s "$work/server.err" ] || fail "the server complained: $(cat "$work/server.err")"
}

chat() {
  "$client" --port "$port" --backend "$backend" "$@"
}

# A client that stays until file descriptor 3 is closed.
stay() {
  rm -f "$work/keys"
  mkfifo "$work/keys"
  : >"$work/$1"
  chat --name "$1" <"$work/keys" >"$work/$1" 2>"$work/$1.err" &
  stays=$!
  exec 3>"$work/keys"
  await "$work/$1" "^$1 connected!"
}

left() {
  code=0
  wait "$stays" || code=$?
  [ "$code" -eq "$1" ] || fail "a client ended with $code: $(cat "$work"/*.err)"
}

# What "$@" fails with: that exit code, and a text on standard error that matches the pattern.
fails_with() {
  wanted=$1
  pattern=$2
  shift 2
  code=0
  "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
  [ "$code" -eq "$wanted" ] || fail "'$*' gives $code: $(cat "$work/err")"
  grep -q "$pattern" "$work/err" || fail "'$*' does not tell '$pattern': $(cat "$work/err")"
}

if "$lister" --list-backends | grep "^$backend unavailable"; then
  exit 77
fi

fails_with 1 "no-such-host.invalid" \
  "$server" --backend "$backend" --host no-such-host.invalid

# A conversation.
start
stay ada
printf 'bob\nhello\n\303\251t\303\251\nthe last' | chat >"$work/bob" 2>"$work/bob.err"
cat >"$work/want" <<'END'
Welcome! 2 user(s) are online!
bob connected!
bob: hello
END
printf 'bob: \303\251t\303\251\nbob: the last\n' >>"$work/want"
cmp "$work/bob" "$work/want" || fail "bob has seen: $(cat "$work/bob")"
printf 'from a file\n' >"$work/file"
chat --name carol <"$work/file" >"$work/carol"
grep -q "^carol: from a file" "$work/carol" || fail "carol has seen: $(cat "$work/carol")"
await "$work/ada" "^bob has left the chat"
await "$work/ada" "^carol has left the chat"
fails_with 1 "the name ada is taken" chat --name ada
echo "still here" >&3
await "$work/ada" "^ada: still here"
head -c 70000 /dev/zero | tr '\0' x >&3
echo >&3
await "$work/ada" "too long"
exec 3>&-
left 0
[ ! -s "$work/ada.err" ] || fail "ada was told: $(cat "$work/ada.err")"
if grep -q "$(printf '\033')" "$work/ada" "$work/bob"; then fail "escapes in a pipe"; fi
if grep -q "Server closed" "$work/ada"; then fail "ada has left by herself"; fi

# Somebody reads three lines of many.
seq 5000 | {
  code=0
  chat --name hal 2>"$work/hal.err" || code=$?
  echo "$code" >"$work/hal.code"
} | head -n 3 >"$work/hal"
[ "$(wc -l <"$work/hal")" -eq 3 ] || fail "hal has seen: $(cat "$work/hal")"
[ "$(cat "$work/hal.code")" -eq 0 ] || fail "hal ended with $(cat "$work/hal.code")"
[ ! -s "$work/hal.err" ] || fail "hal was told: $(head -n 5 "$work/hal.err")"

# The server ends.
stay dan
stop TERM 0
await "$work/dan" "^Server closed connection."
left 0
exec 3>&-
fails_with 1 "refused" chat --name dan
start
stay eve
stop INT 0
left 0
exec 3>&-
start
stay fay
stop KILL 137
left 0
exec 3>&-
await "$work/fay" "^Server closed connection."

# Silence.
start --idle 0.5
stay gus
left 0
exec 3>&-
await "$work/gus" "^! nothing was heard of you for too long; goodbye"
await "$work/gus" "^Server closed connection."
stop INT 0

# What was asked for.
for program in "$server" "$client"; do
  "$program" --port 1 --help >"$work/out" 2>"$work/err" </dev/null || fail "--help gives $?"
  grep -q "^usage:" "$work/out" || fail "--help tells: $(cat "$work/out")"
  [ ! -s "$work/err" ] || fail "--help complains: $(cat "$work/err")"
done

# Nonsense.
for wrong in --nonsense "--port 65536" "--idle 0" "--queue 1" --host word; do
  # shellcheck disable=SC2086  # option and value are two words
  fails_with 2 "usage:" "$server" $wrong
done
for wrong in --nonsense "--port 0" "--port x" --name word; do
  # shellcheck disable=SC2086
  fails_with 2 "usage:" "$client" $wrong
done
fails_with 2 "a name has no spaces" "$client" --name "a b"
