#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Downloads what a requirements lock pins, hashes checked; nothing where it is there already.
#
#   wheels.sh LOCK DIRECTORY
#
# With PIP_NO_INDEX=1 PIP_FIND_LINKS=DIRECTORY pip then installs without the network, as often as tests like.
# DIRECTORY/lock, a copy of LOCK, is written last: its presence says that all wheels are there.
set -eu
lock=$1
directory=$2
python=${PYTHON:-python3}

if cmp -s "$lock" "$directory/lock"; then
  touch "$directory/lock"
  exit 0
fi
echo "setup: downloading the packages of $lock"
rm -rf "$directory"
mkdir -p "$directory"
log=$directory/download.log
if ! "$python" -m pip --disable-pip-version-check --no-input download --quiet --require-hashes \
  --only-binary :all: --no-deps -d "$directory" -r "$lock" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "setup: could not fill $directory (the network is needed once); the log is $log" >&2
  exit 1
fi
cp "$lock" "$directory/lock"
