#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Shows the chat in tmux: the server above, two clients below it.
#
# usage: tmux_demo.sh BUILD            opens the session, to be used by hand
#        tmux_demo.sh BUILD --capture  plays a conversation and prints what stands on the screen
# The server's port is $PORT, or any that is free.
set -eu
build=$(cd "$1/examples" && pwd)
mode=${2:-}
session=rill-chat-$$

tm() {
  tmux -L "$session" "$@"
}

# Waits until pane $1 shows $2.
await() {
  tries=0
  until tm capture-pane -p -t "$1" | grep -qF "$2"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ]; then
      echo "tmux_demo: no '$2' in pane $1" >&2
      exit 1
    fi
    sleep 0.1
  done
}

trap 'tm kill-server 2>/dev/null || true' EXIT INT TERM
tm -f /dev/null new-session -d -s chat -x 80 -y 24 \
  "$build/chat_server --port ${PORT:-0} --backend epoll; read -r _"
tm set-option -g status off
await chat:0.0 "listening on"
port=$(tm capture-pane -p -t chat:0.0 | sed -n 's/^listening on [^ ]*:\([0-9]*\) .*/\1/p')
tm split-window -v -l 19 -t chat:0.0 "$build/chat_client --port $port; read -r _"
tm split-window -h -t chat:0.1 "$build/chat_client --port $port; read -r _"
if [ "$mode" != --capture ]; then
  tm attach-session -t chat
  exit
fi

ada=chat:0.1
bob=chat:0.2
await "$ada" "Enter username:"
tm send-keys -t "$ada" ada Enter
await "$ada" "ada connected!"
await "$bob" "Enter username:"
tm send-keys -t "$bob" bob Enter
await "$bob" "bob connected!"
tm send-keys -t "$ada" -l "Is that your nose?"
tm send-keys -t "$ada" Enter
await "$bob" "ada: Is that your nose?"
tm send-keys -t "$ada" -l "I am still typing thi"
tm send-keys -t "$bob" -l "It is a false one."
tm send-keys -t "$bob" Enter
await "$ada" "bob: It is a false one."
await "$ada" "I am still typing thi"

# The panes as they stand beside each other.
tm capture-pane -p -t chat:0.0 | head -n 1
echo "----------------------------------------+---------------------------------------"
row=0
while [ "$row" -lt 19 ]; do
  left=$(tm capture-pane -p -t "$ada" -S "$row" -E "$row")
  right=$(tm capture-pane -p -t "$bob" -S "$row" -E "$row")
  printf '%-40s|%s\n' "$left" "$right"
  row=$((row + 1))
done
