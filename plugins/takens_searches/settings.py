"""The settings of every search: imported without torch."""

import attrs

import takens


@attrs.frozen
class HalvingSettings:
    """Rounds of equal time, after each of which the worse candidates are dropped.

    Source: Jamieson, Talwalkar (2016), Non-stochastic best arm identification and
    hyperparameter optimization, AISTATS, algorithm 1.
    """

    factor: int = takens.plugin.parameter(
        2, unit="1", summary="by which candidates become fewer each round", at_least=2
    )
