"""Judges subjects whose truth is known, and holds the verdicts to what they should be.

    python -m benchmarks.verdict [--out FILE] [--budget MINUTES] [--workers N]
        [--systems NAME ...] [--lengths N ...] [--subjects NAME ...] [--records N] [--clean]
    python -m benchmarks.verdict --sample
    python -m benchmarks.verdict --follow N
    python -m benchmarks.verdict --page docs/images

The first judges what is not yet in the file, a line for each record, all cells in turn;
the same command goes on where it was ended. Before that it measures the true effects of every
subject, once. ``--sample`` judges a few cells in minutes, and ends with 1 where they are
clearly not as they should be. ``--follow`` does what N undecided verdicts ask for. ``--page``
writes the tables and the picture of the documentation.
"""

# pyright: basic

import argparse
import os
import shlex
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from . import results
from .plan import LENGTHS, NOISE, TRUTHS, Plan, Work
from .results import Judged, Results
from .subjects import subject

SAMPLE = Plan(
    systems=("lorenz63", "van_der_pol", "henon"),
    lengths=(2_000, 10_000),
    noises=(0.0,),
    records=2,
    subjects=(
        "truth",
        "rho 26",
        "time x 0.9",
        "time x 0.91",
        "means + 0.3 sd",
        "scales x 0.9",
        "all runs rest, last 25 %",
        "cycle of 3,000 samples",
        "time reversed",
    ),
)


def judge(work: Work, out: Path, deadline: float) -> str:
    """Judge one record in a process of its own, adding a line for each subject."""
    from .work import judge

    seconds: list[float] = []
    for one in judge(work, deadline):
        results.append(out, [one])
        seconds.append(one.seconds)
    return (
        f"{work.system}, {work.length:,} samples, noise {work.noise:g}, record "
        f"{work.record}: {len(seconds)} judged in {sum(seconds):.0f} s of processor time"
    )


def effects(system: str, name: str, out: Path, deadline: float) -> str:
    from .work import effects

    if time.time() > deadline:
        return f"{system}, {name}: no time for its effects"
    found = effects(system, name)
    results.append(out, [found])
    return f"{system}, {name}: off by {found.largest:.2f} tolerances in a million samples"


def follow(judged: Judged, seed: int, out: Path, deadline: float) -> str:
    from .follow import follow

    if time.time() > deadline:
        return "no time to follow"
    results.append(out, follow(judged, seed))
    return f"followed {judged.system}, {judged.length:,} samples, record {judged.record}"


def run(calls: list[tuple], workers: int) -> None:
    """Call functions with their arguments, in order, in so many processes."""
    if workers == 1:
        _one_thread()
        for i, (function, *given) in enumerate(calls, 1):
            print(f"{i:,} of {len(calls):,}: {function(*given)}", flush=True)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_one_thread) as pool:
        waiting = [pool.submit(*call) for call in calls]
        for i, done in enumerate(as_completed(waiting), 1):
            print(f"{i:,} of {len(calls):,}: {done.result()}", flush=True)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def measure(plan: Plan, out: Path, deadline: float, workers: int) -> None:
    found = Results.read(out)
    works = plan.works([one.key for one in found.judged])
    known = {(one.system, one.subject) for one in found.effects}
    calls: list[tuple] = []
    for work in works:
        for which in ((work.system, name) for name in work.subjects):
            if which not in known and subject(*which).measured:
                known.add(which)
                calls.append((effects, *which, out, deadline))
        calls.append((judge, work, out, deadline))
    run(calls, workers)


def follow_some(count: int, out: Path, deadline: float, workers: int) -> None:
    found = Results.read(out)
    known = {(f.system, f.length, f.noise, f.record) for f in found.followed}
    open_ = [
        one
        for one in found.judged
        if one.subject == "truth"
        and one.right is None
        and (one.system, one.length, one.noise, one.record) not in known
    ]
    # One of each cell after the other.
    open_.sort(key=lambda one: (one.record, one.system, one.length, one.noise))
    run(
        [(follow, one, 5 * 10**8 + i, out, deadline) for i, one in enumerate(open_[:count])],
        workers,
    )


def _command(arguments: list[str]) -> str:
    """Write the command without the place of its file, which is nobody else's."""
    at = arguments.index("--out") if "--out" in arguments else len(arguments)
    return shlex.join(
        ["python", "-m", "benchmarks.verdict", *arguments[:at], *arguments[at + 2 :]]
    )


def main(arguments: list[str]) -> int:
    from .systems import SYSTEMS

    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdict")
    parser.add_argument("--out", type=Path, default=Path("verdict.jsonl"))
    parser.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS))
    parser.add_argument("--lengths", nargs="+", type=int, default=list(LENGTHS))
    parser.add_argument("--subjects", nargs="+", default=[])
    parser.add_argument("--records", type=int, default=TRUTHS)
    parser.add_argument("--clean", action="store_true", help="no noisy records")
    parser.add_argument("--budget", type=float, metavar="MINUTES", default=180.0)
    parser.add_argument("--workers", type=int, choices=(1, 2), default=2)
    parser.add_argument("--sample", action="store_true")
    parser.add_argument("--follow", type=int, metavar="N")
    parser.add_argument("--page", type=Path, metavar="FOLDER")
    asked = parser.parse_args(arguments)
    if asked.page:
        from .page import write

        write(Results.read(asked.out), asked.page)
        return 0
    deadline = time.time() + 60 * asked.budget
    results.repair(asked.out)
    told = [asked.out.name if given == str(asked.out) else given for given in arguments]
    command = f"python -m benchmarks.verdict {shlex.join(told)}"
    results.append(asked.out, [{"command": command}])
    if asked.follow:
        follow_some(asked.follow, asked.out, deadline, asked.workers)
    else:
        plan = Plan(
            systems=tuple(asked.systems),
            lengths=tuple(asked.lengths),
            noises=(0.0,) if asked.clean else (0.0, NOISE),
            records=asked.records,
            subjects=tuple(asked.subjects),
        )
        measure(SAMPLE if asked.sample else plan, asked.out, deadline, asked.workers)
    from .demands import clearly_unmet
    from .page import lines

    found = Results.read(asked.out)
    print("\n".join(lines(found)))
    unmet = clearly_unmet(found) if asked.sample else []
    for one in unmet:
        print(f"Clearly not as it should be: {one}.", file=sys.stderr)
    return int(bool(unmet))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
