"""How much each recording counts in a training."""

from __future__ import annotations

from collections.abc import Sequence

from takens._data.recordings import Recordings
from takens._near import near
from takens._training.settings import Balance
from takens.errors import InputError


def shares_of(data: Recordings, balance: Balance) -> tuple[float, ...] | None:
    """Return what each recording counts for; None for as much as it has windows.

    Raises: InputError for a name that is neither a recording nor a group.
    """
    if isinstance(balance, str):
        return None if balance == "length" else (1.0,) * len(data)
    groups = data.groups or data.names
    known = dict.fromkeys((*data.names, *data.groups))
    for name in balance:
        if name not in known:
            raise InputError(
                f"training.balance names {name!r}, which is no recording or group."
                f"{near(name, known)} There are {', '.join([*known][:12])}."
            )
    return tuple(
        balance.get(name, balance.get(group, 1.0))
        for name, group in zip(data.names, groups, strict=True)
    )


def owner_of(name: str, names: Sequence[str]) -> int:
    """Return which recording a stretch is of, by its name; the first where none has it."""
    if name in names:
        return names.index(name)
    whole = name.rpartition(".")[0]
    return names.index(whole) if whole in names else 0
