"""Sources: data that are known by a name."""

from typing import Protocol, runtime_checkable

from takens._data.recordings import Recordings


@runtime_checkable
class Source(Protocol):
    """Gives recordings without a file: measurements that many know, or simulated ones."""

    def recordings(self, seed: int, /) -> Recordings:
        """Return the recordings; whatever is drawn at random follows from ``seed``.

        Raises: DataError in one sentence where they cannot be had.
        """
        ...
