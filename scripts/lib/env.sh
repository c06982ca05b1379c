# shellcheck shell=bash
# `source scripts/lib/env.sh` gives a shell what the scripts have: the pinned node, wrangler and tsc first on PATH, and
# emcc behind whatever emsdk is already there.

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=versions.sh
source "$isthmus_root/scripts/lib/versions.sh"
# shellcheck source=time-zones.sh
source "$isthmus_root/scripts/lib/time-zones.sh"

# A toolchain's folder is named after what made it, so that two versions live side by side.
isthmus_recipe=$(cat "$isthmus_root"/scripts/lib/{versions,debian}.sh | digest)
private_emscripten=$isthmus_cache/emscripten-$isthmus_recipe
third_party=$isthmus_cache/third-party-$isthmus_recipe

version_at_least() { # version minimum
  [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]
}

# An emsdk that its owner put on PATH is used when it is recent enough.
find_emscripten() {
  local emcc version
  emcc=$(command -v emcc) || emcc=
  if [ -n "$emcc" ] && [[ $emcc != "$isthmus_cache"/* ]]; then
    version=$("$emcc" -dumpversion 2>/dev/null) || version=0
    if version_at_least "${version%%-*}" "$emscripten_version"; then
      em-config EMSCRIPTEN_ROOT
      return
    fi
  fi
  printf '%s\n' "$private_emscripten/emscripten"
}

EMSCRIPTEN_ROOT=$(find_emscripten)
export EMSCRIPTEN_ROOT ISTHMUS_THIRD_PARTY=$third_party
if [ "$EMSCRIPTEN_ROOT" = "$private_emscripten/emscripten" ]; then
  export EM_CONFIG=$EMSCRIPTEN_ROOT/.emscripten
fi
export PATH=$isthmus_root/node_modules/.bin:$PATH:$EMSCRIPTEN_ROOT
# emcc starts python3 several times a call, and a version manager's shim in front of it takes longer than the compiler.
if [ -z "${EMSDK_PYTHON:-}" ]; then
  EMSDK_PYTHON=$(python3 -c 'import sys; print(sys.executable)' 2>/dev/null) || EMSDK_PYTHON=
  export EMSDK_PYTHON
fi
# Nothing that a build or a test starts should phone home.
export WRANGLER_SEND_METRICS=false SCARF_ANALYTICS=false
