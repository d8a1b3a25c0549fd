"""``takens doctor``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from takens._protocols.backend import Backend
    from takens._protocols.device import DevicePolicy


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print an object for scripts.")
def command(as_json: bool) -> None:
    """Say what this machine and this installation can do.

    \b
    Example:
      takens doctor
    """  # noqa: D301 - click's mark for lines to leave alone
    import os
    import platform

    import torch

    from takens._plugins.catalogue import catalogue
    from takens._plugins.registry import backends, devices
    from takens._versions import versions
    from takens.cli.tables import print_table

    facts: dict[str, str] = versions()
    facts["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    facts["torch threads"] = str(torch.get_num_threads())
    for device in devices.candidates(_choice):
        facts[f"device {device.name}"] = device.answer
    for backend in backends.candidates(_diagnosis):
        facts |= {str(what): str(found) for what, found in backend.answer.items()}
    plugins = catalogue().plugins
    for state in ("loaded", "disabled", "failed"):
        names = [plugin.name for plugin in plugins if plugin.state == state]
        facts[f"plugins {state}"] = ", ".join(names) or "none"
    for plugin in plugins:
        if plugin.remarks:
            facts[f"plugin {plugin.name}"] = "; ".join(plugin.remarks)
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        print_table(("what", "found"), list(facts.items()))


def _choice(policy: DevicePolicy) -> str:
    from takens._protocols.device import Precision
    from takens.errors import DeviceError

    try:
        placement = policy.choose(precision=Precision.SINGLE)
    except DeviceError as error:
        return f"no: {error}"
    return f"{placement.device}: {placement.reason}"


def _diagnosis(backend: Backend) -> Mapping[str, str]:
    from takens._protocols.backend import SupportsDiagnosis

    return backend.diagnose() if isinstance(backend, SupportsDiagnosis) else {}
