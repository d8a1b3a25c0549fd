"""``metrics.json``: the scores of a run, and the verdict that follows from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import attrs

from takens._files import path_of
from takens._judging.score_table import Scores
from takens._judging.verdict import Verdict, verdict
from takens._protocols.score import Curve, Evidence, Part, Runs, Score
from takens.errors import InputError

FORMAT: Final = 2
_NAMES: Final = frozenset(field.name for field in attrs.fields(Score))


def scores_table(scores: Mapping[str, Score], found: Verdict | None = None) -> dict[str, Any]:
    """Return the content of ``metrics.json`` as JSON types: format, scores and verdict."""
    return {
        "format": FORMAT,
        "scores": {name: attrs.asdict(score) for name, score in scores.items()},
        "verdict": (found or verdict(scores)).to_json(),
    }


def to_text(table: Mapping[str, Any]) -> str:
    """Write a table as JSON; it holds no number that is not finite."""
    return json.dumps(table, indent=2, allow_nan=False) + "\n"


def read_scores(path: str | Path) -> Scores:
    """Read the scores of a run from its folder or its ``metrics.json``, of any format.

    Raises: InputError where there is no such file, or it cannot be read.
    """
    path = path_of(path)
    path = path / "metrics.json" if path.is_dir() else path
    try:
        table: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"There is no {path}; give the folder of a run that is done, or its metrics.json."
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(f"Cannot read {path}: {error}.") from error
    given = _mapping(table).get("format", 1)
    if given not in (1, FORMAT):
        raise InputError(
            f"{path} is of format {given!r}, and this takens reads 1 and {FORMAT}; upgrade it."
        )
    try:
        if given == FORMAT:
            scores = cast(Mapping[str, Any], table["scores"])
            return Scores({name: _score(one) for name, one in scores.items()})
        from takens._run.scores_format1 import upgraded

        return Scores({name: _score(upgraded(name, one)) for name, one in table.items()})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} holds no scores as takens writes them ({type(error).__name__}: {error}); "
            "judge the run again."
        ) from error


def _score(table: Mapping[str, Any]) -> Score:
    # What a later version adds is left out; what an earlier one lacks has its default.
    fields = {name: value for name, value in table.items() if name in _NAMES}
    for name, kind in (("evidence", Evidence), ("runs", Runs)):
        if fields.get(name) is not None:
            fields[name] = kind(**fields[name])
    for name, kind in (("curves", Curve), ("parts", Part)):
        fields[name] = {key: kind(**one) for key, one in _mapping(fields.get(name)).items()}
    spoilt = _mapping(fields.get("spoilt"))
    fields["spoilt"] = {name: _score(one) for name, one in spoilt.items()}
    return Score(**fields)


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}
