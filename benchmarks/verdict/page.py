"""The tables and the picture that stand in the documentation."""

# pyright: basic

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
import numpy as np

from takens_figures.style import FAINT, canvas, colours, note, room_for, style

from .demands import demands, grouped, kind, percent
from .plan import NEAR, NOTICED
from .results import Judged, Results

OUTCOMES = {True: "right", None: "undecided", False: "wrong"}
# Bins of the distance from the truth, in tolerances; the truth itself is apart.
EDGES = (0.0, 0.25, NEAR, 1.0, NOTICED, 2.5, 5.0, 10.0)
_KINDS = {
    "noticed": "to be noticed",
    "named": "to be named",
    "near": "too near to be wrong",
    "between": "nothing is asked",
    "unknown": "effects not measured",
}


def lines(results: Results) -> Iterator[str]:
    """Write a table of what is demanded."""
    yield "| demanded | measured | of | met |"
    yield "|---|---|---|---|"
    for one in demands(results):
        met = {True: "yes", False: "**no**", None: "not measured"}[one.met]
        yield f"| {one.asked} | {one.found} | {one.count} | {met} |"


def write(results: Results, folder: Path) -> None:
    """Write verdict.md, verdict.json and verdict.png."""
    folder.joinpath("verdict.md").write_text("\n".join(_page(results)) + "\n")
    folder.joinpath("verdict.json").write_text(_tallies(results))
    _picture(results, folder / "verdict.png")


def _page(results: Results) -> Iterator[str]:
    yield "# How far the verdict can be trusted: the numbers"
    yield ""
    yield f"By `python -m benchmarks.verdict`; {len(results.judged):,} verdicts."
    yield ""
    yield "## What is demanded"
    yield ""
    yield from lines(results)
    yield ""
    yield "## The truth"
    yield ""
    yield from _truth(results)
    for system in dict.fromkeys(one.system for one in results.judged if one.subject != "truth"):
        yield ""
        yield f"## Wrong subjects: {system}"
        yield ""
        yield from _wrong(results, system)


def _truth(results: Results) -> Iterator[str]:
    yield "| system | samples | noise | right | undecided | wrong | undecided in | wrong in |"
    yield "|---|---|---|---|---|---|---|---|"
    truth = [one for one in results.judged if one.subject == "truth"]
    for (system, length, noise), each in grouped(
        truth, lambda j: (j.system, j.length, j.noise)
    ).items():
        counts = " | ".join(_counts(each))
        yield (
            f"| {system} | {length:,} | {percent(noise)} | {counts} | {_aspects(each, None)} | "
            f"{_aspects(each, False)} |"
        )


def _wrong(results: Results, system: str) -> Iterator[str]:
    judged = [one for one in results.judged if one.system == system and one.subject != "truth"]
    cells = sorted({(one.length, one.noise) for one in judged})
    heads = [f"{n:,}" + (f", {percent(noise)} noise" if noise else "") for n, noise in cells]
    yield f"Right, undecided and wrong at {'; '.join(heads)} samples."
    yield ""
    yield f"| subject | off by | asked | {' | '.join(heads)} | wrong in |"
    yield "|---" * (len(cells) + 4) + "|"
    names = dict.fromkeys(one.subject for one in judged)
    rows = []
    for name in names:
        each = [one for one in judged if one.subject == name]
        effects = results.effects_of(system, name)
        sizes = effects.sizes if effects else {}
        which = max(sizes, key=lambda what: sizes[what], default="")
        off = sizes.get(which, math.nan)
        parts = [[j for j in each if (j.length, j.noise) == cell] for cell in cells]
        told = ["/".join(_counts(part)) if part else "" for part in parts]
        rows.append(
            (
                off,
                f"| {name} | {_size(off)} {which.replace('_', ' ')} | "
                f"{_KINDS[kind(results, system, name)]} | {' | '.join(told)} | "
                f"{_aspects(each, False)} |",
            )
        )
    yield from (row for _, row in sorted(rows, key=lambda pair: pair[0]))


def _size(off: float) -> str:
    return "" if math.isnan(off) else f"{min(off, 999):.2g}"


def _counts(judged: Sequence[Judged]) -> list[str]:
    return [str(sum(one.right is right for one in judged)) for right in OUTCOMES]


def _aspects(judged: Sequence[Judged], right: bool | None) -> str:
    counts = Counter(
        name for one in judged for name, found in one.aspects.items() if found.right is right
    )
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


def _tallies(results: Results) -> str:
    """Write the counts of every cell, and all true effects, as JSON."""
    cells = [
        {
            "system": system,
            "subject": name,
            "length": length,
            "noise": noise,
            "right_undecided_wrong": [int(count) for count in _counts(each)],
            "aspects": {
                aspect: [
                    sum(j.aspects[aspect].right is right for j in each if aspect in j.aspects)
                    for right in OUTCOMES
                ]
                for aspect in dict.fromkeys(a for j in each for a in j.aspects)
            },
        }
        for (system, name, length, noise), each in grouped(
            results.judged, lambda j: (j.system, j.subject, j.length, j.noise)
        ).items()
    ]
    entry = {
        "commands": results.commands,
        "effects": [attrs.asdict(one) for one in results.effects],
        "cells": cells,
    }
    return json.dumps(entry, separators=(",", ":")) + "\n"


def curves(results: Results) -> dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return by length the distances, the shares `(3, bins)` and counts, the truth first."""
    points: dict[int, list[tuple[float, Judged]]] = {}
    for one in results.judged:
        if one.noise or kind(results, one.system, one.subject) in ("named", "unknown"):
            continue
        effects = results.effects_of(one.system, one.subject)
        off = 0.0 if one.subject == "truth" or effects is None else effects.largest
        points.setdefault(one.length, []).append((off, one))
    found = {}
    for length, pairs in sorted(points.items()):
        bins = [[p for p in pairs if p[1].subject == "truth"]]
        wrong = [p for p in pairs if p[1].subject != "truth"]
        for low, high in zip(EDGES, (*EDGES[1:], math.inf), strict=True):
            bins.append([p for p in wrong if low <= p[0] < high])
        bins = [each for each in bins if each]
        at = np.array([np.median([min(off, 20.0) for off, _ in each]) for each in bins])
        shares = np.array(
            [[np.mean([j.right is r for _, j in each]) for each in bins] for r in OUTCOMES]
        )
        found[length] = (at, shares, np.array([len(each) for each in bins]))
    return found


def _picture(results: Results, path: Path) -> None:
    drawn = curves(results)
    told = (
        "Shares of verdicts over records without noise, for all systems and subjects in bins "
        "of the largest true effect; the truth is at 0. Subjects that rest, cycle, escape or "
        "run backward are left out. Bars: one standard error. Beyond the dashed line, at "
        f"{NOTICED:g} tolerances, a subject is to be noticed."
    )
    with style():
        figure = canvas(2.7 + room_for(told))
        panels = figure.subplots(1, 3, sharey=True)
        for panel, (i, outcome) in zip(panels, enumerate(OUTCOMES.values()), strict=True):
            for colour, (length, (at, shares, counts)) in zip(
                colours(len(drawn)), drawn.items(), strict=True
            ):
                part = shares[i]
                error = np.sqrt(np.clip(part * (1 - part), 0.25 / counts, None) / counts)
                panel.errorbar(
                    at, part, error, color=colour, marker="o", markersize=3, elinewidth=0.6,
                    label=f"{length:,} samples",
                )  # fmt: skip
            panel.axvline(NOTICED, color=FAINT, linestyle="--", linewidth=0.8)
            panel.set_xscale("symlog", linthresh=1.0, linscale=1.0)
            panel.set_xticks([0, 0.5, 1, 2, 5, 10, 20], ["0", "0.5", "1", "2", "5", "10", "20"])
            panel.minorticks_off()
            panel.set_xlim(-0.1, 25)
            panel.set_ylim(-0.03, 1.03)
            panel.set_title(outcome.capitalize())
            panel.set_xlabel("True distance (tolerances)")
        panels[0].set_ylabel("Share of verdicts")
        handles = panels[0].get_legend_handles_labels()
        figure.legend(*handles, loc="outside upper center", ncols=3)
        note(figure, told)
        figure.savefig(path)
