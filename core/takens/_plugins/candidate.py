"""Components that are picked by something else than their name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar, final

import attrs

from takens._plugins.plugin import Plugin
from takens._plugins.warn import warn_outside
from takens.errors import AmbiguousComponentError, PluginWarning

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
A_co = TypeVar("A_co", covariant=True)


@final
@attrs.frozen(eq=False)
class Candidate(Generic[T_co, A_co]):
    """A component that may be picked: the shortest name that means it, and its answer."""

    name: str
    plugin: Plugin
    component: T_co
    answer: A_co


def pick(found: Sequence[Candidate[T, Any]], what: str, setting: str) -> T:
    """Pick the one that claims something: ours where we have one, else the only one.

    What else is installed never changes what ours are picked for; that a stranger claims it
    too is warned of. ``setting`` is where one is named instead.

    Raises: AmbiguousComponentError where strangers claim the same, listing all.
    """
    first, *others = found
    strangers = [each for each in found if not each.plugin.ours]
    named = " and ".join(f"{each.name!r} of {each.plugin}" for each in strangers)
    if others and not first.plugin.ours:
        raise AmbiguousComponentError(
            f"{what} are claimed by {named}; name one of them in {setting}, or leave one "
            f"out by TAKENS_DISABLE_PLUGINS={strangers[0].plugin.handle}."
        )
    if first.plugin.ours and strangers:
        off = ",".join(dict.fromkeys(each.plugin.handle for each in strangers))
        text = f"takens: {what} are for {first.name!r}, and also claimed by {named}. "
        text += f"Name one of them in {setting}; TAKENS_DISABLE_PLUGINS={off} silences this."
        warn_outside(text, PluginWarning)
    return first.component
