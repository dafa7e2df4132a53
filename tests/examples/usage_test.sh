#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Gives the echo programs nonsense and demands a usage text and exit code 2; --help gives the text
# alone, and code 0.
# usage: usage_test.sh SERVER CLIENT
set -eu

refuses() {
  code=0
  text=$("$@" 2>&1 </dev/null) || code=$?
  if [ "$code" -ne 2 ]; then
    echo "usage_test: '$*' gives $code: $text" >&2
    exit 1
  fi
  case $text in
    *usage:*) ;;
    *)
      echo "usage_test: '$*' tells no usage: $text" >&2
      exit 1
      ;;
  esac
}

for program in "$1" "$2"; do
  text=$("$program" --help 2>/dev/null </dev/null) || exit 1
  case $text in
    usage:*) ;;
    *)
      echo "usage_test: --help tells: $text" >&2
      exit 1
      ;;
  esac
done

# The names of the back ends that are compiled in.
for backend in $("$1" --list-backends | cut -d ' ' -f 1); do
  "$1" --help | grep -q -- "--backend NAME .*\<$backend\>" || {
    echo "usage_test: --help does not name $backend" >&2
    exit 1
  }
done

refuses "$1" --port 65536
refuses "$1" --port -1
refuses "$1" --port 1.5
refuses "$1" --port
refuses "$1" --threads 0
refuses "$1" --threads many
refuses "$1" --grace nan
refuses "$1" --host
refuses "$1" --backend nonsense
refuses "$1" --nonsense
refuses "$1" word
refuses "$2"
refuses "$2" --port 0
refuses "$2" --port 80x
refuses "$2" --port 1 --load --connections 0
refuses "$2" --port 1 --load --size 0
refuses "$2" --port 1 --load --seconds inf
refuses "$2" --port 1 --load message
refuses "$2" --port 1 --host
refuses "$2" --port 1 --backend nonsense hello
refuses "$2" --port 1 --loud
RILL_BACKEND=nonsense refuses "$1"
