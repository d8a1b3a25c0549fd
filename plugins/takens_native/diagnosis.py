"""What compiling needs of a machine."""

import os

import takens
from takens_native.runtime.compiler import find_compiler
from takens_native.runtime.kernel_folder import DEFAULT, kernel_folder


def diagnosis() -> dict[str, str]:
    """Say what compiling needs of this machine, and what follows where it is not there."""
    if os.name != "posix":
        return {"compiler": f"not used on {os.name}: solves are right, and slower"}
    compiler, none = find_compiler()
    folder, refusal = kernel_folder()
    facts = {
        "compiler": compiler or f"{none}: nothing is compiled; solves are right, and slower"
    }
    if refusal:
        facts["kernel cache"] = (
            f"cannot be used: {refusal}. Every process compiles its kernels again, "
            "0.2 to 2 s each; name another folder in TAKENS_CACHE."
        )
        return facts
    try:
        most, _ = folder.limit()
        room = f"{folder.size / 1e6:.1f} of {most:g} MB"
    except takens.InputError as error:
        room = f"{folder.size / 1e6:.1f} MB; {error} Until that is mended it is {DEFAULT:g} MB"
    facts["kernel cache"] = f"{folder.path}: {len(folder.libraries)} kernels, {room}"
    return facts
