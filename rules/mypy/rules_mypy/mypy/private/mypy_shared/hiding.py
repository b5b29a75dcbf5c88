# SPDX-License-Identifier: Apache-2.0
"""Modules of targets that hide modules of the same name in typeshed or a package.

A target may have a `logging` or a `queue` of its own.  For whoever depends on it, all that was made
with the hidden module is of no use.  The one invariant: what remains in a world was made with the
modules that the world has.
"""

from __future__ import annotations

from typing import Callable, Iterable

from .manifest import Closure
from .world import World


def give_up(
    world: World, closure: Closure, dependencies_of: Callable[[bytes], Iterable[str]]
) -> None:
    """Drops entries that were made with hidden modules: whoever needs them analyses again."""
    if not world.hidden:
        return
    users = users_of_entries(world, dependencies_of)
    reached = reached_by_owners(closure)
    # By module, the hidden modules that its entry was made with.
    causes: dict[str, set[str]] = {name: {name} for name in world.hidden}
    waiting = sorted(causes)
    while waiting:
        module = waiting.pop()
        for user in users.get(module, ()):
            found = causes[module] - causes.get(user, set())
            if user not in world.packs:  # Its owner may depend on the hiding target as well.
                seen = reached[user]
                found = {name for name in found if world.hidden[name] not in seen}
            if found and user not in world.hidden:
                causes.setdefault(user, set()).update(found)
                waiting.append(user)
    for module in causes.keys() - world.hidden.keys():
        hiding = ", ".join(f"{name} of {world.hidden[name]}" for name in sorted(causes[module]))
        world.reasons[module] = f"it was made without {hiding}"
        world.packs.pop(module, None)
        world.interfaces.pop(module, None)


def users_of_entries(
    world: World, dependencies_of: Callable[[bytes], Iterable[str]]
) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for module in [*world.packs, *world.interfaces]:
        pack = world.entry_of(module)
        if pack is not None and pack.blocked is None:
            for dependency in dependencies_of(pack.meta(module)):
                users.setdefault(dependency, []).append(module)
    return users


def reached_by_owners(closure: Closure) -> dict[str, set[str]]:
    """By module of a target, the labels of the targets that its action knows."""
    manifests = {manifest.path: manifest for manifest in closure.dependencies}
    reached: dict[str, set[str]] = {}
    for manifest in closure.targets():
        seen: set[str] = set()
        waiting = [manifest.path]
        while waiting:
            path = waiting.pop()
            if path in manifests and path not in seen:
                seen.add(path)
                waiting.extend(manifests[path].deps)
        labels = {manifests[path].label for path in seen}
        for module in manifest.modules:
            reached.setdefault(module, set()).update(labels)
    return reached
