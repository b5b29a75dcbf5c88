# SPDX-License-Identifier: Apache-2.0
"""mypy's build over a graph that is partly there: what build.dispatch() does, for new modules only.

The one invariant: new modules are loaded and analysed in the order in which mypy itself would do it
if it began with nothing, so that reports have mypy's order.
"""

from __future__ import annotations

import gc
from typing import AbstractSet, Mapping, Optional, Sequence

import mypy.build as build
from mypy.build import SCC, BuildManager, Graph, State
from mypy.graph_utils import strongly_connected_components, topsort
from mypy.modulefinder import BuildSource

from .session import forget_dependencies


class NearTooSmall(Exception):
    """Something that is imported is in the graph, but not in the part that is near."""


class AnalysisNeeded(Exception):
    """Something that was only to be loaded has no entry that mypy accepts."""


def load_modules(
    manager: BuildManager,
    graph: Graph,
    sources: list[BuildSource],
    own: AbstractSet[str],
    near: Optional[Graph] = None,
) -> list[State]:
    """Adds the sources, and what they import, to the graph; returns what is new there.

    `near` is the part of the graph with all that new modules import, if that is known: mypy goes
    over everything that it is given, however little it needs.
    """
    new: list[State] = []
    gc.disable()
    try:
        build.load_graph(sources, manager, graph if near is None else near, new)
        if near is not None:
            if any(state.id in graph for state in new):
                raise NearTooSmall
            graph.update((state.id, state) for state in new)
        gc.freeze()  # There is hardly any garbage among so much that stays.
        gc.unfreeze()
    finally:
        gc.enable()
    given = own & {source.module for source in sources}
    for state in new:
        forget_dependencies(state, given)
        manager.import_map[state.id] = state.dependencies_set
        # The build keeps entries and their users in step: interfaces have no such hashes.
        state.dep_hashes.clear()
        state.trans_dep_hash = b""
    return new


def process_modules(
    manager: BuildManager,
    graph: Graph,
    new: list[State],
    load: bool,
    depths: dict[str, int],
) -> dict[str, str]:
    """Analyses what has no entry, and loads what that needs; with `load`, loads all and analyses none.

    Returns the modules that were analysed, and why.  `depths` tells of every module of the graph how
    long the longest chain of imports below it is; that of new ones is added.
    """
    analysed: dict[str, str] = {}
    sccs = components(manager, graph, new, depths)
    rank = {scc.id: number for number, scc in enumerate(sccs)}
    waiting = {scc.id: scc.not_ready_count for scc in sccs}
    ready = [scc for scc in sccs if not waiting[scc.id]]
    queue: list[SCC] = []
    while ready or queue:
        stale, fresh = build.find_stale_sccs(ready, graph, manager)
        if load and stale:
            raise AnalysisNeeded
        for scc in stale:
            for module in scc.mod_ids:
                graph[module].mark_as_rechecked()
                analysed[module] = why_stale(graph[module])
        # Not as they come: that depends on how much was loaded before.
        queue += sorted(stale, key=lambda scc: rank[scc.id])
        done = fresh
        if load:
            for scc in fresh:
                build.process_fresh_modules(graph, sorted(scc.mod_ids), manager)
                manager.done_sccs.add(scc.id)
        if not fresh and queue:
            done = [queue.pop(0)]
            build.process_stale_scc(graph, done[0], manager)
        ready = []
        for scc in done:
            for dependent in scc.direct_dependents:
                if dependent in waiting:
                    waiting[dependent] -= 1
                    if not waiting[dependent]:
                        ready.append(manager.scc_by_id[dependent])
    return analysed


def components(
    manager: BuildManager, graph: Graph, new: list[State], depths: dict[str, int]
) -> list[SCC]:
    """The import cycles among the new modules, in mypy's order, known to the manager."""
    imports = {state.id: direct_imports(state) for state in new}
    modules = set(imports)
    edges = {
        module: [needed for needed in imports[module] if needed in modules] for module in modules
    }
    needs = build.prepare_sccs_full(strongly_connected_components(modules, edges), edges)
    for level in topsort(needs):
        for scc in level:
            depths.update(dict.fromkeys(scc.mod_ids, depth(scc, imports, depths)))
    order = sorted(needs, key=lambda scc: place(scc, graph, depths))
    for scc in order:
        for needed in needs[scc]:
            needed.direct_dependents.append(scc.id)
        manager.scc_by_id[scc.id] = scc
        manager.scc_by_mod_id.update(dict.fromkeys(scc.mod_ids, scc))
    manager.top_order += [scc.id for scc in order]
    for scc in order:
        for module in scc.mod_ids:
            scc.deps.update(manager.scc_by_mod_id[needed].id for needed in imports[module])
        scc.deps.discard(scc.id)
    return order


def direct_imports(state: State) -> list[str]:
    priorities = state.priorities
    return [
        dependency
        for dependency in state.dependencies
        if priorities.get(dependency) != build.PRI_INDIRECT
    ]


def depth(scc: SCC, imports: Mapping[str, Sequence[str]], depths: Mapping[str, int]) -> int:
    below = [
        depths[needed]
        for module in scc.mod_ids
        for needed in imports[module]
        if needed not in scc.mod_ids
    ]
    return 1 + max(below, default=-1)


def place(scc: SCC, graph: Graph, depths: Mapping[str, int]) -> tuple[int, int]:
    """Where mypy has a cycle in its order."""
    return depths[next(iter(scc.mod_ids))], -min(graph[module].order for module in scc.mod_ids)


def why_stale(state: State) -> str:
    if state.meta is None:
        return "its entry was made with other options or by another mypy"
    lost = sorted(set(state.meta.dependencies) - set(state.dependencies))
    found = sorted(set(state.dependencies) - set(state.meta.dependencies))
    if lost:
        return f"it imports {', '.join(lost)}, which cannot be imported here"
    if found:
        return f"it imports {', '.join(found)}, which could not be imported before"
    return "it is in an import cycle with such a module"
