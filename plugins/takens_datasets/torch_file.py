"""The reader of tensors that torch has saved."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, final

import torch
from torch import Tensor

import takens
from takens_datasets.array_table import array_table
from takens_datasets.files import head_of
from takens_datasets.hdf5_file import tables_of
from takens_datasets.settings import TorchSettings
from takens_datasets.table_reader import TableReader


@final
class Torch(TorchSettings, TableReader):
    """Reads a tensor, or a dictionary of tensors, that ``torch.save`` has written.

    Nothing but tensors and plain values is loaded: a file cannot run code.
    """

    suffixes = (".pt", ".pth")

    def tables(self, path: Path, /) -> Mapping[str, takens.plugin.Table]:
        """Return the tables that a file holds.

        Raises: DataError where it holds something else than tensors.
        """
        head_of(path)
        try:
            held: Any = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # torch answers damage with almost any exception
            raise takens.errors.DataError(
                f"{path} holds something else than tensors, or is damaged; save the tensor "
                "alone, by torch.save(x, path)."
            ) from error
        if isinstance(held, Tensor):
            return {"": array_table(path, _numpy(held))}
        if not isinstance(held, dict):
            raise takens.errors.DataError(
                f"{path} holds {type(held).__name__}; save a tensor, or a dictionary of them."
            )
        items = cast("dict[Any, Any]", held)
        arrays = {str(n): _numpy(v) for n, v in items.items() if isinstance(v, Tensor)}
        return tables_of(path, arrays)

    def write(self, path: Path, columns: Mapping[str, Tensor], /) -> None:
        """Write named columns, `(T,)` each."""
        torch.save(dict(columns), path)


def _numpy(x: Tensor) -> Any:
    x = x.detach()
    return (x.float() if x.dtype in (torch.bfloat16, torch.float16) else x).numpy()
