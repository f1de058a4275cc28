"""deploy/nutgraf.example.toml: it loads, it names every setting, and its values are the defaults."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from bot.config import Settings, load

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nutgraf.example.toml"


def test_the_example_gives_the_defaults(tmp_path: Path) -> None:
    environment = {"XDG_DATA_HOME": str(tmp_path)}
    assert load(EXAMPLE, environment) == Settings(data_dir=tmp_path / "nutgraf")


def test_the_example_names_every_setting() -> None:
    text = EXAMPLE.read_text("utf-8")
    assert [f.name for f in fields(Settings) if f"{f.name} =" not in text] == []
