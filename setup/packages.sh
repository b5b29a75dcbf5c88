#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that are missing; does nothing, quickly, where none is.
#
#   packages.sh [--check]     --check: also what only `make check` needs
#
# Needs root, or sudo that asks for no password. Without either it says which command to run and ends
# with status 1, having touched nothing. On a system without dpkg it trusts that the tools are there.
set -eu

packages="gcc g++ make libc6-dev re2c lemon libutf8proc-dev uthash-dev libgc-dev libgmp-dev libmd-dev
  libpcre2-dev libedit-dev libjansson-dev ninja-build protobuf-compiler python3 python3-venv pkgconf ca-certificates git"
if [ "${1:-}" = --check ]; then
  packages="$packages clang libclang-rt-dev valgrind"
fi

command -v dpkg-query >/dev/null || exit 0
missing=
for package in $packages; do
  case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
  ii*) ;;
  *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=
elif sudo -n true 2>/dev/null; then
  as_root=sudo
else
  echo "setup: Debian packages are missing, and this user may not install them. Run this, then try again:" >&2
  echo "  sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends$missing'" >&2
  exit 1
fi

echo "setup: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { $as_root apt-get update && $as_root apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "setup: apt-get could not install$missing" >&2
  exit 1
fi
