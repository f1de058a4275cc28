"""Messages for Matrix as a page that looks as Element shows them, for a person to look at.

python -m tests.golden.element FOLDER [NAME ...]   one .html each, and a .png where chromium is installed

An approximation, as ``tests.golden.picture`` is for Slack. The HTML of a message stands in it as it is:
whatever it holds that a client would not show, ``tests.unit.matrix_html`` has refused.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.golden.picture import FOLDER, MEASURE, pictured

STYLE = FOLDER / "element.css"


def page(messages: Sequence[str]) -> str:
    """One HTML page of formatted bodies."""
    style = STYLE.read_text(encoding="utf-8")
    head = f'<!doctype html>\n<meta charset="utf-8">\n<style>\n{style}</style>\n'
    return f"{head}<main>\n{''.join(map(_message, messages))}</main>\n{MEASURE}"


def _message(html: str) -> str:
    return (
        '<article><i class="face">n</i><div><p class="who"><b>nutgraf</b> <small>10:42</small></p>'
        f'<div class="notice">{html}</div></div></article>\n'
    )


def main(arguments: Sequence[str]) -> int:
    folder, *given = arguments
    names = given or sorted(path.name.partition(".")[0] for path in FOLDER.glob("*.matrix.html"))
    for name in names:
        html = Path(folder) / f"{name}.html"
        html.write_text(
            page([(FOLDER / f"{name}.matrix.html").read_text(encoding="utf-8")]), encoding="utf-8"
        )
        sys.stdout.write(f"{pictured(html) or html}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
