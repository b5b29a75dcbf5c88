#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the names of a library that hosts may use: what its doors declare, and the headers that these include.
#
#   exports.sh COMPILER PREFIX HEADER...     PREFIX: sl_ or bz_
set -eu
compiler=$1 prefix=$2
shift 2
declared=$(for header; do echo "#include \"$header\""; done | $compiler -I. -x c -E -P -)
printf '%s\n' "$declared" | grep -oE "\\b$prefix[a-z0-9_]+" | sort -u
