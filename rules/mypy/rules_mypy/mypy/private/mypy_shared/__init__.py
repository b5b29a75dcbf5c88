# SPDX-License-Identifier: Apache-2.0
"""mypy over a build graph in which everything is analysed once.

Each action analyses the modules that it owns and hands on one interface per module; nobody sees
another action's sources, and nobody repeats another action's work.  `action` is the door.
"""
