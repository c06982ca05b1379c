# shellcheck shell=bash
# Debian packages: those of the machine itself, and those of a newer suite unpacked into a private folder without
# touching the machine. The mirror is the one that the machine's own apt uses, and apt checks every signature.

upstream_version() { # 1:19.1.7-3~deb12u1 -> 19.1.7; 3.1.69+dfsg-3 -> 3.1.69
  local version=${1#*:}
  version=${version%-*}
  printf '%s' "${version%%+*}"
}

expect_version() { # package version pattern
  # shellcheck disable=SC2053
  [[ $(upstream_version "$2") == $3 ]] ||
    fail "$1: version $2 is offered, but $3 is pinned in scripts/lib/versions.sh. Try the new one, then move the pin."
}

candidate() { apt-cache policy "$1" 2>/dev/null | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "root is needed once for: $*"
  fi
}

install_machine_packages() { # name=pattern…
  local item name version missing=()
  for item in "$@"; do
    name=${item%%=*}
    # Without a version in the status there is no package; "config-files" and the like do not count.
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$item")
  done
  ((${#missing[@]})) || return 0
  for item in "${missing[@]}"; do
    [ -n "$(candidate "${item%%=*}")" ] && continue
    as_root apt-get update
    break
  done
  for item in "${missing[@]}"; do
    name=${item%%=*}
    version=$(candidate "$name")
    [ -n "$version" ] || fail "no package $name in this machine's apt sources (Debian 12 or newer is expected)"
    expect_version "$name" "$version" "${item#*=}"
  done
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 install -y \
    --no-install-recommends "${missing[@]%%=*}"; then
    # An index that is out of date names files that the mirror no longer has.
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 install -y \
      --no-install-recommends "${missing[@]%%=*}"
  fi
}

machine_mirror() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(CODENAME)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F'|' -v codename="$codename" '$1 == "Debian" && $2 == "Debian" && $3 == codename { print $4; exit }'
}

# open_suite FOLDER: prepares an apt of its own in FOLDER for $toolchain_suite; `suite_apt` then speaks to it.
open_suite() {
  local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  suite_folder=$1
  mirror=$(machine_mirror)
  if [ -z "$mirror" ]; then
    as_root apt-get update
    mirror=$(machine_mirror)
  fi
  [ -n "$mirror" ] || fail "apt on this machine knows no Debian mirror"
  mkdir -p "$suite_folder"/{lists,archives}/partial
  : >"$suite_folder/status"
  printf '%s [signed-by=%s] %s %s main\n' deb "$keyring" "$mirror" "$toolchain_suite" \
    deb-src "$keyring" "$mirror" "$toolchain_suite" >"$suite_folder/sources.list"
  suite_apt get update
}

suite_apt() { # get|cache arguments…
  local tool=apt-$1
  shift
  "$tool" -q -o Dir::Etc::SourceList="$suite_folder/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State="$suite_folder" -o Dir::State::Lists="$suite_folder/lists" \
    -o Dir::State::status="$suite_folder/status" -o Dir::Cache="$suite_folder" \
    -o Dir::Cache::archives="$suite_folder/archives" -o APT::Sandbox::User=root "$@"
}

suite_candidate() { suite_apt cache policy "$1" | awk '$1 == "Candidate:" && $2 != "(none)" { print $2 }'; }

expect_suite_version() { # package pattern
  local version
  version=$(suite_candidate "$1")
  [ -n "$version" ] || fail "Debian $toolchain_suite offers no $1"
  expect_version "$1" "$version" "$2"
  printf '%s %s\n' "$1" "$version"
}

# make_emscripten FOLDER: Emscripten and Binaryen, as the suite has them, over the machine's own LLVM.
make_emscripten() {
  local folder=$1 deb tool loader library_path
  mkdir -p "$folder/debs" "$folder/bin"
  open_suite "$folder/apt"
  expect_suite_version emscripten "$emscripten_version" >>"$folder/versions.txt"
  expect_suite_version binaryen "$binaryen_version" >>"$folder/versions.txt"

  (cd "$folder/debs" && suite_apt get download emscripten)
  # Threads, sanitizers and the tests of Emscripten itself are two thirds of the package and never used here.
  dpkg-deb --fsys-tarfile "$folder"/debs/emscripten_*.deb | tar -x -C "$folder" --strip-components=3 \
    --exclude='*/emscripten/test' --exclude='*/emscripten/docs' --exclude='*/emscripten/media' \
    --exclude='*/*-mt*.a' --exclude='*/*-ww*.a' --exclude='*/*asan*.a' --exclude='*/thinlto' \
    ./usr/share/emscripten
  # libc++ is configured to ignore a hardening mode given on the command line.
  sed -i 's/^#define _LIBCPP_HARDENING_MODE .*/#ifndef _LIBCPP_HARDENING_MODE\n&\n#endif/' \
    "$folder/emscripten/cache/sysroot/include/c++/v1/__config_site"

  # Binaryen's programs need that suite's C++ runtime, so they start through its own loader.
  suite_apt get install -y --download-only --no-install-recommends binaryen
  for deb in "$folder"/apt/archives/*.deb; do dpkg-deb -x "$deb" "$folder/binaryen"; done
  loader=$(find "$folder/binaryen" -name 'ld-linux*.so.*' | head -n1)
  library_path=$(dirname "$(find "$folder/binaryen" -name libc.so.6 | head -n1)")
  loader=${loader#"$folder"/} library_path=${library_path#"$folder"/}
  for tool in "$folder"/binaryen/usr/bin/wasm*; do
    cat >"$folder/bin/${tool##*/}" <<-END
	#!/bin/sh
	here=\$(dirname "\$0")/..
	exec "\$here/$loader" --library-path "\$here/$library_path" "\$here/binaryen/usr/bin/${tool##*/}" "\$@"
	END
    chmod +x "$folder/bin/${tool##*/}"
  done

  cat >"$folder/emscripten/.emscripten" <<'END'
import os, shutil
from tools.utils import path_from_root
LLVM_ROOT = '/usr/lib/llvm-19/bin'
BINARYEN_ROOT = os.path.dirname(path_from_root())
NODE_JS = shutil.which('node')
FROZEN_CACHE = True
END
  rm -rf "$folder/debs" "$folder/apt"
}

# make_third_party FOLDER: headers and C sources of the libraries that are compiled in.
make_third_party() {
  local folder=$1 item name
  mkdir -p "$folder/debs" "$folder/headers"
  open_suite "$folder/apt"
  for item in "${header_packages[@]}"; do
    expect_suite_version "${item%%=*}" "${item#*=}" >>"$folder/versions.txt"
  done
  cd "$folder/debs"
  suite_apt get download "${header_packages[@]%%=*}"
  for item in *.deb; do dpkg-deb -x "$item" "$folder/headers"; done
  mv "$folder/headers/usr/include" "$folder/include"

  for item in "${source_packages[@]}"; do
    name=${item%%=*}
    # The packaging files of some are missing from mirrors; the upstream tarball is what is wanted anyway.
    suite_apt get source --download-only --tar-only "$name"
    local tarball=("$name"_*.orig.tar.*) version
    version=${tarball[0]#"$name"_}
    version=${version%.orig.tar.*}
    expect_version "$name" "$version-0" "${item#*=}"
    printf '%s %s\n' "$name" "$version" >>"$folder/versions.txt"
    mkdir "$folder/$name"
    tar -x -C "$folder/$name" --strip-components=1 -f "${tarball[0]}"
  done
  rm -rf "$folder/debs" "$folder/apt" "$folder/headers"
}
