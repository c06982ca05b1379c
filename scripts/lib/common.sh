# shellcheck shell=bash
# Sourced by every script: where things are, how to speak, how to fail.

isthmus_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
isthmus_cache=${ISTHMUS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isthmus}

say() { printf '%s\n' "$*" >&2; }
fail() {
  printf '\n%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

seconds_since() { # start (EPOCHREALTIME) -> "12.3"
  awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'
}

# step "what happens" command…: one line of progress; the command's output is shown only when it fails.
step() {
  local title=$1 started=$EPOCHREALTIME log status=0
  shift
  log=$(mktemp)
  printf '%-46s ' "$title" >&2
  ("$@") >"$log" 2>&1 || status=$?
  if ((status == 0)); then
    printf '%6s s\n' "$(seconds_since "$started")" >&2
  else
    printf 'failed after %s s\n' "$(seconds_since "$started")" >&2
    tail -n 60 "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}

digest() { sha256sum | cut -c1-16; }
