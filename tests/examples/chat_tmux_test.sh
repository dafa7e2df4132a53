#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Plays the conversation of the chat's page in tmux and compares what stands on the screen with the
# page, but for the line with the server's port.
# usage: chat_tmux_test.sh SOURCE BUILD
set -eu
if ! command -v tmux >/dev/null; then
  echo "skipped: there is no tmux"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1/examples/chat/tmux_demo.sh" "$2" --capture | sed 1d >"$work/seen"
sed -n '/^listening on/,/^```$/p' "$1/docs/guide/chat.md" | sed '1d;$d' >"$work/want"
diff "$work/want" "$work/seen"
