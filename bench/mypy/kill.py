# SPDX-License-Identifier: Apache-2.0
"""Kills `starmypy check` and all that it started at random moments, and judges what the next run does.

The next run must give what an undisturbed one gives, to the byte, and repeat nothing that ninja had logged as done: only
what was under way.
"""

import os
import random
import signal
import subprocess
import time
from typing import Dict, List

import measure
import outputs
import peers


def kill_everything() -> None:
    """All at once, servers too; what is started meanwhile is killed in turn."""
    while True:
        measure.reap_orphans()
        alive = [process for process, fields in measure.descendants().items() if fields[0] != "Z"]
        if not alive:
            return
        for process in alive:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.005)


def run_and_kill(peer: peers.Starmypy, seconds: float) -> bool:
    """Whether the run was still going on when its time was up."""
    command = peer.command("check", *peer.check_options())
    child = subprocess.Popen(
        command,
        cwd=peer.place.workspace,
        env=peers.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    finally:
        kill_everything()
        child.poll()
    return False


def faults_after_kill(
    peer: peers.Starmypy, seconds: float, expected: Dict[str, outputs.Output]
) -> List[str]:
    """One cold run, killed after some seconds, and one that is not: what is wrong with the latter."""
    peer.reset()
    run_and_kill(peer, seconds)
    done_before = peers.read_log(peer.execution_root)
    done = peer.check()
    faults = []
    if done.run.status != 0:
        faults.append("exit status %d: %s" % (done.run.status, done.run.output[-2000:]))
    for action in done.actions:
        # An action is logged output by output: one that was killed in between is run again.
        if all(output in done_before for output in action.outputs):
            faults.append("%s of %s was done already" % (action.mnemonic, action.label))
    faults += ["differs: %s" % path for path in outputs.differing(expected, outputs.read_outputs(peer))]
    return faults


def kill_at_random(peer: peers.Starmypy, times: int, told: bool = True) -> List[str]:
    """The faults of many kills, at moments from the first to the last of a cold run."""
    peer.reset()
    whole = peer.check()
    whole.run.checked(0)
    expected = outputs.read_outputs(peer)
    moments = random.Random(1)
    faults = []
    for number in range(times):
        seconds = moments.uniform(0, whole.run.wall)
        found = faults_after_kill(peer, seconds, expected)
        faults += ["killed after %.3f s: %s" % (seconds, fault) for fault in found]
        if told:
            print("kill %d, after %.3f s: %s" % (number + 1, seconds, found or "right"), flush=True)
    peer.stop()
    return faults
