"""What is secret is given to plugins, and neither written down nor shown."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import takens
from takens import _secrets
from takens._plugins.catalogue import catalogue  # pyright: ignore[reportPrivateUsage]
from takens.cli import main

Install = Callable[..., Path]

SECRET = "s3cr<t & 'more'"
VAULT = """
import takens

TAKENS_API = 2
heard = []

@takens.plugin.hookimpl
def takens_settings():
    yield takens.plugin.Parameter("token", "", secret=True, summary="of the service")
    yield takens.plugin.Parameter("address", "", summary="of the service")
    yield takens.plugin.Parameter("fails", "", summary="which hook")

@takens.plugin.hookimpl
def takens_run_started(event):
    heard.append((event.settings["vault"], event.configuration))
    if event.settings["vault"]["fails"] == "started":
        raise OSError(f"{event.settings['vault']} are refused")

@takens.plugin.hookimpl
def takens_step_logged(event):
    if event.record["step"] == 4:
        return f"the service {heard[-1][0]} said so"

@takens.plugin.hookimpl
def takens_components():
    yield takens.plugin.ComponentSpec(
        kind="dataset",
        name="vault",
        target="vault_reader:Reader",
        summary="Reads from a vault.",
        settings="vault_reader:ReaderSettings",
    )
"""
READER = """
import attrs
import takens

@attrs.frozen
class ReaderSettings:
    "Reads."
    key: str = takens.plugin.parameter("", secret=True, summary="of the vault")

@attrs.frozen
class Reader(ReaderSettings):
    suffixes = (".vault",)

    def read(self, path, /, *, columns, time, dt):
        if not self.key.startswith("s3"):
            raise ValueError(f"the key {self.key} does not fit")
        return takens.read(path, format="npy", dt=dt)
"""
CONFIGURATION = """
[data]
file = {file!r}
dt = 0.1
[data.format]
name = "vault"
key = {secret}
[model]
name = "shallow_rnn"
[training]
steps = 6
window = 10
log_every = 2
checkpoint_every = 2
[judge]
metrics = ["prediction_error"]
runs = 2
starts = 2
[plugins.vault]
token = {secret}
address = "https://me:hunter2@vault.example/x?token=abc123&page=4"
"""
FILLED = "https://***@vault.example/x?token=***&page=4"


@pytest.fixture
def vault(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install the plugin; give the configuration of a run that uses it."""
    install("vault", VAULT)
    (tmp_path / "vault_reader.py").write_text(READER)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    monkeypatch.setattr(_secrets, "_KNOWN", set())
    (tmp_path / "home").mkdir()
    data = tmp_path / "private" / "data.vault"
    data.parent.mkdir()
    with data.open("wb") as file:
        np.save(file, np.sin(np.linspace(0, 40, 200))[:, None])
    monkeypatch.chdir(tmp_path / "home")
    path = tmp_path / "vault.toml"
    text = CONFIGURATION.format(file=str(data), secret=json.dumps(SECRET))
    path.write_text(text)
    catalogue.cache_clear()
    yield path
    catalogue.cache_clear()


def run(*arguments: str | Path) -> int | str | None:
    with pytest.raises(SystemExit) as stop:
        main(["run", *map(str, arguments)])
    return stop.value.code


def leaks(text: str) -> list[str]:
    words = ("s3cr", "hunter2", "abc123")
    return [word for word in words if word in text]


def test_a_run_holds_no_secret_and_goes_on(
    vault: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path("out")
    assert run(vault, "--out", folder) == 0
    shown = capsys.readouterr()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        assert not leaks(path.read_bytes().decode(errors="replace")), path
    assert not leaks(shown.out + shown.err), shown
    assert FILLED in (folder / "config.toml").read_text()
    assert "the service" in shown.err
    assert "data.vault" in (page := (folder / "report.html").read_text())
    assert "private" not in page

    plugin = importlib.import_module("vault")

    given, toml = plugin.heard[-1]
    assert given["token"] == SECRET
    assert "hunter2" in given["address"]
    assert not leaks(toml)

    # The original configuration goes on, and so does the stored one, given the secrets.
    assert run(vault, "--out", folder, "--resume") == 0
    capsys.readouterr()
    stored = folder / "config.toml"
    assert run(stored, "--out", folder, "--resume") == 2
    said = capsys.readouterr().err
    assert "TAKENS_SECRET_VAULT_KEY" in said
    monkeypatch.setenv("TAKENS_SECRET_VAULT_KEY", SECRET)
    monkeypatch.setenv("TAKENS_SECRET_VAULT_TOKEN", SECRET)
    monkeypatch.setenv("TAKENS_SECRET_VAULT_ADDRESS", "https://me:hunter2@vault.example/x")
    assert run(stored, "--out", folder, "--resume") == 0
    assert plugin.heard[-1][0]["token"] == SECRET
    shown = capsys.readouterr()
    assert not leaks(shown.out + shown.err)
    # A password may be changed in between, and nothing else.
    changed = "data.format.key=s3-other"
    assert run(vault, "--out", folder, "--resume", "--set", changed) == 0
    assert run(vault, "--out", folder, "--resume", "--set", "data.dt=0.2") == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("plugins.vault.fails=started", 0),
        ("data.format.key=abc123", 1),
        ("plugins.vault.token=5", 2),
        ("plugins.vault.token.hunter2=s3cr", 2),
        ("data.format={key = 's3cr'}", 2),
    ],
)
def test_no_message_shows_a_secret(
    vault: Path, capsys: pytest.CaptureFixture[str], change: str, code: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert run(vault, "--out", "out", "--set", change) == code
    shown = capsys.readouterr()
    assert "takens:" in shown.err
    assert not leaks(shown.out + shown.err), shown


def test_settings_and_choices_print_without_secrets(vault: Path) -> None:
    settings = importlib.import_module("vault_reader").ReaderSettings
    assert "s3cr" not in repr(settings(key=SECRET))
    assert "s3cr" not in repr(takens.plugin.Component("vault", {"key": SECRET}))
    reader = takens.create("dataset", "vault", key=SECRET)
    assert "s3cr" not in repr(reader)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:p@ss/w@host/db", "postgresql://***@host/db"),
        ("see http://host:8080/a@b", "see http://host:8080/a@b"),
        ("http://user@host/x", "http://***@host/x"),
        ("s3://bucket/key?versionId=4", "s3://bucket/key?versionId=4"),
        ("mssql://h/d?a=1;password=x;b=2", "mssql://h/d?a=1;password=***;b=2"),
        (
            "data:image/png;base64,xhunter2y and hunter2",
            "data:image/png;base64,xhunter2y and ***",
        ),
        ("0.123456 of 123456", "0.123456 of ***"),
        ("the ab of abacus", "the *** of abacus"),
    ],
)
def test_addresses_and_known_secrets_are_blanked(
    text: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_secrets, "_KNOWN", {"hunter2", "123456", "ab"})
    assert _secrets.blanked(text) == shown


def test_a_secret_is_a_text() -> None:
    with pytest.raises(ValueError, match="the secret 'pin' is a text"):
        takens.plugin.Parameter("pin", 1234, secret=True)
