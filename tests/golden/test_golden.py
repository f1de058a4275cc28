"""A digest reads as it did. A wanted change: ``python -m tests.golden.renew``, then judge the diff."""

from __future__ import annotations

import json

import pytest

from tests.golden.element import page as matrix_page
from tests.golden.picture import page
from tests.golden.renew import FOLDER, NAMES, rendered, shown
from tests.golden.windows import WINDOWS
from tests.unit.matrix_html import breaches


@pytest.mark.parametrize("name", NAMES)
def test_the_digest_reads_as_before(name: str) -> None:
    for file, text in rendered(name).items():
        kept = (FOLDER / file).read_bytes().decode()
        assert text == kept, f"{file} differs: python -m tests.golden.renew {name}, and read the diff"


@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_of_slack_reads_as_before(name: str) -> None:
    for file, text in shown(name).items():
        kept = (FOLDER / file).read_bytes().decode()
        assert text == kept, f"{file} differs: python -m tests.golden.renew {name}, and look at the picture"


def test_the_pictures_can_be_drawn() -> None:
    kits = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.slack.json"))]
    drawn = page(kits)
    assert drawn.count('<article class="message">') == sum("type" not in kit for kit in kits)
    assert "&lt;!here&gt;" in drawn
    assert "<!here>" not in drawn


def test_no_golden_digest_without_its_story() -> None:
    kept = {path.stem for path in FOLDER.iterdir() if path.suffix in {".txt", ".md"}}
    assert kept == set(NAMES)
    shown = {path.name.removesuffix(".slack.json") for path in FOLDER.glob("*.slack.json")}
    assert shown == {*NAMES, *WINDOWS}
    assert {path.name.removesuffix(".matrix.html") for path in FOLDER.glob("*.html")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_message_for_matrix_is_what_its_clients_show(name: str) -> None:
    html = (FOLDER / f"{name}.matrix.html").read_text("utf-8")
    assert breaches(html) == []
    assert html in matrix_page([html])
