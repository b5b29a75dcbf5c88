#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes a private Python environment that holds exactly what a lock file pins; nothing where it is there already.
#
#   environment.sh LOCK DIRECTORY
#
# DIRECTORY/lock, a copy of LOCK, is written last: its presence says that the environment is whole. A lock whose
# lines all are for other Pythons leaves DIRECTORY without bin/python, and what needs it is skipped.
set -eu
lock=$1
directory=$2
python=${PYTHON:-python3}

if cmp -s "$lock" "$directory/lock"; then
  touch "$directory/lock"
  exit 0
fi
echo "setup: making $directory from $lock"
rm -rf "$directory"
mkdir -p "$directory"
log=$directory/setup.log
pip="$directory/bin/python -m pip --disable-pip-version-check --no-input"
if ! { "$python" -m venv "$directory" &&
  $pip install --require-hashes --only-binary :all: --no-deps -r "$lock"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "setup: could not make $directory (the network is needed once); the log is $log" >&2
  exit 1
fi
if ! grep -q '^Successfully installed' "$log"; then
  echo "setup: nothing in $lock is for $("$python" --version); what needs it is skipped"
  rm -rf "$directory/bin"
fi
cp "$lock" "$directory/lock"
