"""Kinds of components: ours, and how a plugin says that it brings another one."""

from __future__ import annotations

from typing import Final, final

import attrs

from takens._plugins.spec import PLACE, lenient, like, one_line


@lenient
@final
@attrs.frozen(kw_only=True)
class KindSpec:
    """A promise: components of the kind ``name`` satisfy ``protocol``, a ``module:Name``.

    ``checks`` is a ``module:function`` that gives the checks which apply to a component, for
    ``takens check``: functions that take it and ask by ``takens.testing.require``, best
    collected by ``takens.testing.Checks``.
    """

    name: str = attrs.field(validator=like(r"[a-z][a-z0-9_]*", "surrogate", "kind"))
    protocol: str = attrs.field(validator=like(PLACE, "package.module:Name", "kind"))
    checks: str = attrs.field(
        default="", validator=like(rf"|{PLACE}", "package.module:function", "kind")
    )
    summary: str = attrs.field(default="", validator=one_line)
    unknown: tuple[str, ...] = attrs.field(default=(), init=False, repr=False)


def plural(kind: str) -> str:
    """Return what components of a kind are called together."""
    return f"{kind}es" if kind.endswith(("s", "x", "ch")) else f"{kind}s"


def _ours(name: str, protocol: str, summary: str) -> KindSpec:
    return KindSpec(
        name=name,
        protocol=f"takens.{'backend' if name == 'backend' else 'plugin'}:{protocol}",
        checks=f"takens.testing.{plural(name)}:CHECKS",
        summary=summary,
    )


OURS: Final = (
    _ours("system", "System", "Known equations, a field or a map."),
    _ours("integrator", "Integrator", "What solves a field."),
    _ours("model", "Model", "Latent dynamics that can be learned."),
    _ours("scheme", "Scheme", "How a model is trained."),
    _ours("optimiser", "Optimiser", "What changes the weights by their gradients."),
    _ours("schedule", "Schedule", "How the learning rate changes."),
    _ours("metric", "Metric", "What judges a model."),
    _ours("device", "DevicePolicy", "Where numbers live, and in which precision."),
    _ours("dataset", "Dataset", "A reader of files."),
    _ours("source", "Source", "Known data, by a name."),
    _ours("preparation", "Preparation", "What is done to data before, and undone after."),
    _ours("recipe", "Recipe", "A family of models, set for the data at hand."),
    _ours("search", "Search", "What chooses among candidates."),
    _ours("figure", "Figure", "A picture of a run."),
    _ours("portrait", "Portrait", "A picture of a system or of measured series."),
    _ours("backend", "Backend", "Whole solves at once."),
)
