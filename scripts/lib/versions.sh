# shellcheck shell=bash disable=SC2034
# What the project is built with. A value is a shell pattern that the upstream part of the offered version must match;
# `scripts/setup` stops when the archive offers anything else. npm packages are pinned by package-lock.json.

# Debian's own packages for the machine: name=pattern. The wasm build needs the first list only.
debian_build_packages=(
  clang-19='19.1.*' lld-19='19.1.*' llvm-19='19.1.*' ninja-build='1.*' python3='3.*' bzip2='1.*' xz-utils='5.*'
)
debian_test_packages=(
  clang-tidy-19='19.1.*' clang-format-19='19.1.*' libc++-19-dev='19.1.*' libc++abi-19-dev='19.1.*'
  libclang-rt-19-dev='19.1.*' libsqlite3-dev='3.*' chromium='*' fonts-liberation='*'
)

# From Debian 13, unpacked privately.
toolchain_suite=trixie
emscripten_version='3.1.69'
binaryen_version='120'

# Header-only libraries from Debian 13's packages.
header_packages=(nlohmann-json3-dev='3.11.3' doctest-dev='2.4.11' libkainjow-mustache-dev='4.1')

# C sources from Debian 13. mbed TLS 3.6 is a long-term branch: Debian moves it along its security releases.
source_packages=(mbedtls='3.6.*' argon2='0~20190702' libxcrypt='4.4.38')
