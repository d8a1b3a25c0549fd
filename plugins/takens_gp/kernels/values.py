"""What hyperparameters are made of."""

import torch
from torch import Tensor

from takens_gp.settings import Number as Number, Numbers as Numbers


def like(value: Numbers, x: Tensor) -> Tensor:
    """Return a hyperparameter as a Tensor of the data's dtype and device."""
    return torch.as_tensor(value, dtype=x.dtype, device=x.device)
