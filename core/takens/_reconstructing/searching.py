"""Candidates, tried side by side in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, final

import attrs

from takens._files import write_whole
from takens._protocols.search import Request, Search, Trial
from takens._reconstructing.trial import RESULT
from takens.errors import InputError

_TRIALS: Final = "trials.json"
_POLL: Final = 0.1
# Scores of one candidate scatter by so much from seed to seed.
_ALIKE: Final = 0.02


@final
@attrs.frozen
class Candidates:
    """Candidates in a folder, each in one of its own with its ``config.toml``."""

    folder: Path
    names: tuple[str, ...]

    def write(self, configurations: Mapping[str, str]) -> None:
        """Write the configuration of each, where there is none yet."""
        for name, toml in configurations.items():
            place = self.folder / name
            place.mkdir(parents=True, exist_ok=True)
            if not (place / "config.toml").exists():
                write_whole(place / "config.toml", toml)

    @property
    def trials(self) -> list[Trial]:
        """What was tried so far, in its order."""
        path = self.folder / _TRIALS
        if not path.exists():
            return []
        return [
            Trial(Request(one["candidate"], one["seconds"]), one["score"])
            for one in json.loads(path.read_text())
        ]

    def results(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what became of each that was tried."""
        paths = {name: self.folder / name / RESULT for name in self.names}
        return {name: json.loads(p.read_text()) for name, p in paths.items() if p.exists()}

    def best(self) -> str:
        """Return the candidate with the lowest score when it was last tried.

        Of those that are as good as can be told, one is taken that more training can better.

        Raises: InputError where all have failed, with their reasons.
        """
        latest = {one.request.candidate: one.score for one in self.trials}
        scored = {name: score for name, score in latest.items() if score is not None}
        if not scored:
            told = "; ".join(f"{n}: {r.get('reason')}" for n, r in self.results().items())
            raise InputError(f"None of the candidates could be trained. {told}")
        least, results = min(scored.values()), self.results()
        alike = [name for name in scored if scored[name] <= least + _ALIKE]
        learning = [name for name in alike if results[name].get("updates_per_second")]
        return min(learning or alike, key=lambda name: scored[name])

    def search(
        self, search: Search, seconds: float, jobs: int, tell: Callable[[Trial], None]
    ) -> None:
        """Try candidates as the search asks, until it is over or twice the time is."""
        began = time.perf_counter()
        while time.perf_counter() - began < 2 * seconds:
            wanted = search.ask(self.names, self.trials, jobs * seconds)
            if not wanted:
                return
            for trial in self._tried(list(wanted), jobs):
                known = [*self.trials, trial]
                table = [{**attrs.asdict(t.request), "score": t.score} for t in known]
                write_whole(self.folder / _TRIALS, json.dumps(table, indent=2))
                tell(trial)

    def _tried(self, wanted: Sequence[Request], jobs: int) -> Iterator[Trial]:
        waiting, running = list(wanted), dict[Request, subprocess.Popen[bytes]]()
        with _ended(running):
            while waiting or running:
                while waiting and len(running) < jobs:
                    request = waiting.pop(0)
                    running[request] = self._start(request)
                over = [r for r, process in running.items() if process.poll() is not None]
                for request in over:
                    yield self._trial(request, running.pop(request).returncode)
                if not over:
                    time.sleep(_POLL)

    def _start(self, request: Request) -> subprocess.Popen[bytes]:
        folder = self.folder / request.candidate
        command = [sys.executable, "-m", "takens._reconstructing.trial"]
        with (folder / "log.txt").open("wb") as log:
            return subprocess.Popen(
                [*command, str(folder), repr(request.seconds)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
            )

    def _trial(self, request: Request, code: int) -> Trial:
        folder = self.folder / request.candidate
        if code:
            log = (folder / "log.txt").read_text(errors="replace").strip().splitlines()
            reason = log[-1] if log else f"its process ended with {code}"
            write_whole(folder / RESULT, json.dumps({"score": None, "reason": reason}))
        return Trial(request, json.loads((folder / RESULT).read_text())["score"])


@contextmanager
def _ended(running: Mapping[Request, subprocess.Popen[bytes]]) -> Generator[None]:
    """End the processes that are left, whatever ends the block."""
    try:
        yield
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()
