"""Ensemble Kalman filters for models and systems of takens."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

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


@takens.plugin.hookimpl
def takens_commands() -> Iterator[takens.plugin.CommandSpec]:
    """Offer ``takens assimilate``."""
    yield takens.plugin.CommandSpec(
        name="assimilate",
        target="takens_assimilation.command:command",
        summary="Filter noisy observations through a model or a system.",
    )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
