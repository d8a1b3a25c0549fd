"""Recompute the catalogue: ``python -m takens_dysts.recompute``."""

import argparse
import json
import platform
import signal
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

import takens
from takens_dysts import flows as classes
from takens_dysts.measure import INTEGRATOR, measure
from takens_dysts.page import page
from takens_dysts.stored import exponents, exponents_file, flows


def main() -> None:
    """Measure the flows that are named, or all, and store what was found after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="flows; all where none is named")
    parser.add_argument("--missing", action="store_true", help="leave out what is stored")
    parser.add_argument("--seed", type=int, default=0, help="of the starts")
    parser.add_argument(
        "--seconds", type=int, default=120, help="at most, for each flow; 120 if not given"
    )
    parser.add_argument("--out", type=Path, default=exponents_file(), help="a JSON file")
    parser.add_argument("--page", type=Path, help="write the tables of the docs to this file")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in flows()]
    if unknown:
        parser.error(f"unknown flows: {', '.join(unknown)}")
    torch.set_num_threads(1)
    found: dict[str, Any] = dict(exponents()["flows"])
    names = given.names or list(flows())
    for name in names:
        if given.missing and name in found:
            continue
        flow = getattr(classes, flows()[name]["class"])()
        try:
            with _at_most(given.seconds):
                found[name] = measure(flow, given.seed)
        except (takens.TakensError, _TooLong) as error:
            found[name] = {"accepted": False, "reason": str(error), "seed": given.seed}
        first = found[name].get("spectrum")
        print(name, first and first[0], found[name]["reason"] or "accepted", flush=True)
        _write(given.out, found)
    if given.page is not None:
        given.page.write_text(page(found), encoding="utf-8")


# No Exception: a backend that fails is passed over for a slower one.
class _TooLong(BaseException):
    pass


@contextmanager
def _at_most(seconds: int) -> Generator[None]:
    def stop(*_: object) -> None:
        raise _TooLong(f"it was not measured within {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _write(path: Path, found: dict[str, Any]) -> None:
    made_with = {
        "integrator": INTEGRATOR,
        "metric": "lyapunov_spectrum",
        "dysts": "0.95",
        "takens": _version("takens"),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    ordered = {name: found[name] for name in sorted(found)}
    text = json.dumps({"made_with": made_with, "flows": ordered}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


if __name__ == "__main__":
    main()
