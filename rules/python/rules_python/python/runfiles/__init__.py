# SPDX-License-Identifier: Apache-2.0
"""Finds the data files of a program."""

from .runfiles import Create, EnvVars, Rlocation, Runfiles

__all__ = ["Create", "EnvVars", "Rlocation", "Runfiles"]
