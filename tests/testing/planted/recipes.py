"""Recipes with one fault each."""

# pyright: basic

from __future__ import annotations

import itertools
from typing import Any

import takens
from takens.plugin import Proposal

from .fault import Fault, faulty

SETTINGS = {"model": "linear_autoregression", "scheme": "closed_form"}


class Plain:
    """Always the same model."""

    def propose(self, data: takens.Examination, /) -> Any:
        return Proposal(SETTINGS, "it is there")


class Nameless:
    """Has nothing to propose."""


_COUNT = itertools.count(1)

GOOD = (Plain(),)
FAULTS = (
    Fault("there is no propose()", "recipe_protocol", Nameless()),
    Fault(
        "settings are given alone",
        "recipe_proposal",
        faulty(Plain(), propose=lambda data, /: SETTINGS),
    ),
    Fault(
        "there is no reason",
        "recipe_proposal",
        faulty(Plain(), propose=lambda data, /: Proposal(SETTINGS, " ")),
    ),
    Fault(
        "a model is misspelt",
        "recipe_proposal",
        faulty(Plain(), propose=lambda data, /: Proposal({"model": "plrn"}, "it is there")),
    ),
    Fault(
        "a key is none of a configuration",
        "recipe_proposal",
        faulty(Plain(), propose=lambda data, /: Proposal({"modell": "plrnn"}, "it is there")),
    ),
    Fault(
        "it proposes something else each time",
        "recipe_proposal",
        faulty(
            Plain(),
            propose=lambda data, /: Proposal(
                {"model": {"name": "rnn", "latent_dim": next(_COUNT)}}, "it is there"
            ),
        ),
    ),
)
