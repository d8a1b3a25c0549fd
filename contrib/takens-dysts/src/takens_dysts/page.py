"""The tables of the docs page."""

import statistics
from typing import Any, Final

from takens_dysts.stored import flows

# Below this many standard errors above zero, the largest exponent is none.
_SIGNIFICANT: Final = 5.0
# An exponent of less than this part of the fastest rate is one of zero, found slowly.
_CHAOTIC: Final = 1e-3
_FIELDS: Final = ("maximum_lyapunov_estimated", "lyapunov_spectrum_estimated[0]")


def page(found: dict[str, Any]) -> str:
    """Write the tables: where dysts differs, what is not chaotic, what was not accepted."""
    accepted = {name: entry for name, entry in found.items() if entry["accepted"]}
    chaotic = {name: entry for name, entry in accepted.items() if _is_chaotic(entry)}
    others = [name for name in accepted if name not in chaotic]
    refused = {name: entry for name, entry in found.items() if not entry["accepted"]}
    lines = ["# Recomputed exponents of the flows of dysts: the numbers", ""]
    lines += ["By `python -m takens_dysts.recompute --page docs/images/dysts.md`.", ""]
    lines += [_summary(found, chaotic, others), ""]
    lines += [
        "| flow | exponent | dimension | dysts: maximum | off by | dysts: spectrum | off by |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in sorted(chaotic, key=lambda name: -_worst(name, chaotic[name])):
        lines.append(_row(name, chaotic[name]))
    if others:
        lines += ["", "Checks pass, and the largest exponent is zero or below:", ""]
        lines += ["| flow | exponent | dysts: maximum | dysts: spectrum |", "|---|---|---|---|"]
        for name in others:
            maximum, first = _theirs(name)
            ours = _ours(accepted[name])
            lines.append(f"| `{name}` | {ours} | {_number(maximum)} | {_number(first)} |")
    if refused:
        lines += ["", "Without values of ours, and why:", "", "| flow | reason |", "|---|---|"]
        lines += [f"| `{name}` | {entry['reason']} |" for name, entry in refused.items()]
    missing = [f"`{name}`" for name in flows() if name not in found]
    if missing:
        lines += ["", f"Not measured yet: {', '.join(missing)}."]
    return "\n".join(lines) + "\n"


def _is_chaotic(entry: dict[str, Any]) -> bool:
    first, error = entry["spectrum"][0], entry["spectrum_error"][0]
    fastest = max(abs(exponent) for exponent in entry["spectrum"])
    return first > _SIGNIFICANT * error and first > _CHAOTIC * fastest


def _theirs(name: str) -> tuple[float | None, float | None]:
    stored = flows()[name]["dysts"]
    return stored["maximum"], (stored["spectrum"] or [None])[0]


def _off(theirs: float | None, entry: dict[str, Any]) -> float | None:
    return None if theirs is None else theirs / entry["spectrum"][0] - 1


def _worst(name: str, entry: dict[str, Any]) -> float:
    return max(
        (abs(off) for t in _theirs(name) if (off := _off(t, entry)) is not None), default=0
    )


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"


def _ours(entry: dict[str, Any]) -> str:
    return f"{entry['spectrum'][0]:.4g} ± {entry['spectrum_error'][0]:.1g}"


def _percent(off: float | None) -> str:
    return "" if off is None else f"{off:+.0%}"


def _row(name: str, entry: dict[str, Any]) -> str:
    maximum, first = _theirs(name)
    dimension = f"{entry['kaplan_yorke']:.3f} ± {entry['kaplan_yorke_error']:.1g}"
    cells = [f"`{name}`", _ours(entry), dimension]
    for theirs in (maximum, first):
        cells += [_number(theirs), _percent(_off(theirs, entry))]
    return f"| {' | '.join(cells)} |"


def _summary(found: dict[str, Any], chaotic: dict[str, Any], others: list[str]) -> str:
    text = (
        f"Of {len(flows())} flows {len(found)} were measured, all checks pass for "
        f"{len(chaotic) + len(others)}, and {len(chaotic)} of these are chaotic."
    )
    for i, field in enumerate(_FIELDS):
        known = [(_theirs(name)[i], entry) for name, entry in chaotic.items()]
        offs = [abs(off) for theirs, entry in known if (off := _off(theirs, entry)) is not None]
        if offs:
            near = sum(off <= 0.1 for off in offs)
            text += (
                f" `{field}` is within 10 % of ours for {near} of {len(offs)}, with a median "
                f"difference of {statistics.median(offs):.0%}."
            )
    return text
