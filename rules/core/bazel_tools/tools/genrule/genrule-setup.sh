# SPDX-License-Identifier: Apache-2.0
# Sourced before the command of every genrule: a failing part fails the whole.
set -euo pipefail
