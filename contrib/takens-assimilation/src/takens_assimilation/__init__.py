"""Ensemble Kalman filters for models and systems of takens."""

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import takens

if TYPE_CHECKING:
    from takens_assimilation.consistency import Consistency as Consistency
    from takens_assimilation.figures import (
        draw_filter as draw_filter,
        draw_rank_histogram as draw_rank_histogram,
    )
    from takens_assimilation.filtering import assimilate as assimilate
    from takens_assimilation.localisation import (
        Localisation as Localisation,
        gaspari_cohn as gaspari_cohn,
    )
    from takens_assimilation.observations import Observations as Observations
    from takens_assimilation.ranks import (
        RankHistogram as RankHistogram,
        rank_histogram as rank_histogram,
    )
    from takens_assimilation.result import Accuracy as Accuracy, Assimilation as Assimilation
    from takens_assimilation.skill import ForecastSkill as ForecastSkill

TAKENS_API = 1

_HOME: Final = {
    "Accuracy": "result",
    "Assimilation": "result",
    "Consistency": "consistency",
    "ForecastSkill": "skill",
    "Localisation": "localisation",
    "Observations": "observations",
    "RankHistogram": "ranks",
    "assimilate": "filtering",
    "draw_filter": "figures",
    "draw_rank_histogram": "figures",
    "gaspari_cohn": "localisation",
    "rank_histogram": "ranks",
}


@takens.hookimpl
def takens_commands() -> Iterator[takens.CommandSpec]:
    """Offer ``takens assimilate``."""
    yield takens.CommandSpec(
        name="assimilate",
        target="takens_assimilation.command:command",
        summary="Filter noisy observations through a model or a system.",
    )


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
