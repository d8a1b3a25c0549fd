"""How a judgement ends as an exit code, by what was found of the aspects that decide."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from takens._judging.judgement import Judgement
from takens._judging.verdict import STABILITY
from takens._near import near
from takens._protocols.metric import Metric, SeriesMetric, SupportsEvidence
from takens._run.results import Results
from takens.errors import InputError


def exit_code(
    judged: Judgement | Results, decisive: Sequence[str] | None, asked: Container[str]
) -> int:
    """Return 1 where an aspect that decides is wrong, 3 where one is not known, else 0.

    All decide where none is named, and so do the metrics ``asked`` for that were not judged.
    """
    found = judged.verdict
    if decisive is None:
        right = [finding.right for finding in found.findings.values()] or [None]
        for name in found.not_judged:
            evidence = judged.scores[name].evidence
            # What another metric has judged is judged.
            if name in asked and (evidence is None or evidence.aspect not in found.findings):
                right.append(None)
    else:
        right = [f.right if (f := found.findings.get(a)) else None for a in decisive]
    return 1 if False in right else 3 if None in right else 0


def decisive_aspects(
    fail_on: str | None, metrics: Mapping[str, Metric]
) -> Sequence[str] | None:
    """Return the aspects that decide, None for all; refuse one that no metric speaks of."""
    if fail_on is None:
        return None
    free = any(isinstance(m, SeriesMetric) and m.horizon is None for m in metrics.values())
    known = [STABILITY] * free
    known += [m.evidence.aspect for m in metrics.values() if isinstance(m, SupportsEvidence)]
    wanted = [name.strip() for name in fail_on.split(",")]
    for name in wanted:
        if name not in known:
            raise InputError(
                f"--fail-on names {name!r}, of which no metric speaks.{near(name, known)} "
                f"Those of {', '.join(metrics)} speak of {', '.join(dict.fromkeys(known))}; "
                "choose others with --metric."
            )
    return wanted
