"""``takens doctor``."""

import json

import click


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
    import shutil

    import torch

    from takens._plugins.catalogue import catalogue
    from takens._plugins.registry import devices
    from takens._protocols.device import Precision
    from takens._versions import versions
    from takens.cli.tables import print_table

    facts: dict[str, str] = versions()
    facts["machine"] = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    facts["torch threads"] = str(torch.get_num_threads())
    for name in devices.names():
        try:
            placement = devices.create(name).choose(precision=Precision.SINGLE)
            facts[f"device {name}"] = f"{placement.device}: {placement.reason}"
        except Exception as error:  # a stranger's policy must not end the report
            facts[f"device {name}"] = f"no: {error}"
    compiler = next((path for cc in ("cc", "gcc", "clang") if (path := shutil.which(cc))), None)
    facts["compiler"] = compiler or "none found"
    plugins = catalogue().plugins
    for state in ("loaded", "disabled", "failed"):
        names = [plugin.name for plugin in plugins if plugin.state == state]
        facts[f"plugins {state}"] = ", ".join(names) or "none"
    if as_json:
        click.echo(json.dumps(facts, indent=2))
    else:
        print_table(("what", "found"), list(facts.items()))
