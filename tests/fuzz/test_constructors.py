"""Arguments of every component that is installed."""

from __future__ import annotations

import functools
from collections.abc import Callable

import takens

from .harness import Counts, sizes
from .strange import value


@sizes(4_000, 60_000)
def test_components_are_made_or_refused(
    count: int, record_property: Callable[[str, object], None]
) -> None:
    # Those of strangers are theirs to check.
    specs = [
        spec
        for plugin, spec in takens.catalogue()
        if plugin.ours and spec.parameters and not spec.deprecated
    ]
    counts = Counts(record_property, "constructors")
    for draw in counts.inputs(count):
        spec = draw.choice(specs)
        given = {
            p.name: "lorenz63" if str in p.types else 3 for p in spec.parameters if p.required
        } | dict(spec.example)
        for parameter in draw.sample(spec.parameters, min(len(spec.parameters), 2)):
            given[parameter.name] = value(draw)
        make = functools.partial(takens.create, spec.kind, spec.name, **given)
        counts.call((spec.kind, spec.name, given), make)
