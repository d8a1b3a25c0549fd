"""What is known of one plugin."""

from __future__ import annotations

from typing import Final, Literal, final

import attrs

from takens._plugins.component import ComponentSpec
from takens._plugins.kind import KindSpec
from takens._printed import Printed

GROUP: Final = "takens"
# What a plugin is from that was registered in this process.
HERE: Final = "this process"


@final
@attrs.frozen(repr=False)
class Plugin(Printed):
    """One entry point, and what became of it.

    ``remarks`` say what of it was left out, and what its manifest lacks.
    """

    name: str
    distribution: str
    version: str
    state: Literal["loaded", "disabled", "failed"]
    reason: str = ""
    components: tuple[ComponentSpec, ...] = ()
    kinds: tuple[KindSpec, ...] = ()
    remarks: tuple[str, ...] = ()
    module: str = attrs.field(default="", repr=False)
    # What TAKENS_DISABLE_PLUGINS has to hold to disable this one and no other.
    handle: str = attrs.field(
        default=attrs.Factory(lambda self: self.name, takes_self=True), repr=False
    )

    def __str__(self) -> str:
        """Name the plugin and its distribution, as every message about it does."""
        return f"plugin {self.name!r} ({f'{self.distribution} {self.version}'.strip()})"

    @property
    def ours(self) -> bool:
        """Whether it is part of takens."""
        return self.distribution == GROUP

    @property
    def remedy(self) -> str:
        """What silences a warning about it."""
        if self.distribution == HERE:
            return "Undo its registration to silence this."
        return f"TAKENS_DISABLE_PLUGINS={self.handle} silences this."
