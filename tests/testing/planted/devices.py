"""Device policies with one fault each."""

# pyright: basic
# ruff: noqa: E501

from __future__ import annotations

import torch

import takens

from .fault import Fault

CPU = torch.device("cpu")


class Policy:
    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        return takens.plugin.Placement(CPU, precision.dtype, CPU, "The CPU was asked for.")


class LiesAboutDtype(Policy):
    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        return takens.plugin.Placement(CPU, torch.float32, CPU, "All is single.")


class FactorsNowhere(Policy):
    """Puts factorisations where there are no numbers."""

    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        return takens.plugin.Placement(CPU, precision.dtype, torch.device("meta"), "The CPU.")


class SetsTheDefault(Policy):
    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        torch.set_default_dtype(precision.dtype)
        return super().choose(precision=precision)


class RefusesEverything(Policy):
    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        raise takens.errors.DeviceError("No.")


class WithoutReason(Policy):
    def choose(self, *, precision: takens.plugin.Precision) -> takens.plugin.Placement:
        return takens.plugin.Placement(CPU, precision.dtype, CPU)


GOOD = [Policy()]
FAULTS = [
    Fault("there is no choose()", "device_policy_protocol", object()),
    Fault("a choice has no reason", "device_policy_chooses", WithoutReason()),
    Fault("double precision is called what is single", "device_policy_chooses", LiesAboutDtype()),
    Fault("factorisations are put where nothing is computed", "device_policy_chooses", FactorsNowhere()),
    Fault("torch's default dtype is changed", "device_policy_chooses", SetsTheDefault()),
    Fault("everything is refused, and no device is named", "device_policy_chooses", RefusesEverything()),
]  # fmt: skip
