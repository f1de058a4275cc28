"""Block Kit as a page that looks as Slack shows it, for a person to look at.

python -m tests.golden.picture FOLDER [NAME ...]   one .html each, and a .png where chromium is installed;
below a message, in grey, what notifications and screen readers read (not with --guide before FOLDER)

An approximation: widths, letters and colours of the desktop client, none of its code or pictures. It
shows what the JSON says and nothing else: words are escaped, links are not followed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
STYLE = FOLDER / "picture.css"
_HEIGHT_PX = 2000
MEASURE = "<script>document.title = document.querySelector('main').scrollHeight</script>\n"
Json = Any


def page(kits: Sequence[Json], *, fallback: bool = True) -> str:
    """One HTML page of messages ({"text", "blocks"}) and views ({"type", "blocks"})."""
    shown = "\n".join(_view(kit) if "type" in kit else _message(kit, fallback) for kit in kits)
    style = STYLE.read_text(encoding="utf-8")
    head = f'<!doctype html>\n<meta charset="utf-8">\n<style>\n{style}</style>\n'
    return f"{head}<main>\n{shown}\n</main>\n{MEASURE}"


def _message(kit: Json, fallback: bool) -> str:
    below = f'<p class="fallback">{escape(kit["text"])}</p>' if fallback else ""
    return (
        '<article class="message"><i class="face">n</i><div class="body">'
        '<p class="who"><b>nutgraf</b> <small class="app">APP</small> <small>10:42</small></p>'
        f"{_blocks(kit['blocks'])}</div></article>{below}"
    )


def _view(view: Json) -> str:
    if view["type"] == "home":
        return f'<section class="home">{_blocks(view["blocks"])}</section>'
    title, close = escape(view["title"]["text"]), escape(view["close"]["text"])
    submit = f'<b class="button go">{escape(view["submit"]["text"])}</b>' if "submit" in view else ""
    return (
        f'<section class="modal"><h1>{title}</h1>{_blocks(view["blocks"])}'
        f'<footer><b class="button">{close}</b>{submit}</footer></section>'
    )


def _blocks(blocks: Sequence[Json]) -> str:
    return "\n".join(f'<div class="block">{_BLOCKS[block["type"]](block)}</div>' for block in blocks)


# ---------------------------------------------------------------------------- blocks


def _rich(block: Json) -> str:
    return "".join(_RICH[one["type"]](one) for one in block["elements"])


def _leaves(one: Json) -> str:
    return "".join(map(_leaf, one["elements"]))


def _leaf(one: Json) -> str:
    if one["type"] == "channel":
        return f'<a class="channel">#{escape(one["channel_id"].lower())}</a>'
    made = escape(one.get("text") or one["url"])
    if one["type"] == "link":
        made = f'<a title="{escape(one["url"])}">{made}</a>'
    for style, element in (("code", "code"), ("italic", "em"), ("bold", "strong")):
        if one.get("style", {}).get(style):
            made = f"<{element}>{made}</{element}>"
    return made


def _list(one: Json) -> str:
    return "<ul>" + "".join(f"<li>{_leaves(row)}</li>" for row in one["elements"]) + "</ul>"


_RICH: Mapping[str, Callable[[Json], str]] = {
    "rich_text_section": lambda one: f'<div class="line">{_leaves(one)}</div>',
    "rich_text_quote": lambda one: f"<blockquote>{_leaves(one)}</blockquote>",
    "rich_text_preformatted": lambda one: f"<pre>{_leaves(one)}</pre>",
    "rich_text_list": _list,
}


def _context(block: Json) -> str:
    rows = "".join(f"<span>{escape(one['text'])}</span>" for one in block["elements"])
    return f'<p class="context">{rows}</p>'


def _element(one: Json) -> str:
    if one["type"] == "overflow":
        rows = "".join(f"<li>{escape(row['text']['text'])}</li>" for row in one["options"])
        return f'<b class="button">⋯</b><ul class="menu">{rows}</ul>'
    if one["type"] == "feedback_buttons":
        halves = (one["positive_button"]["text"]["text"], one["negative_button"]["text"]["text"])
        return "".join(
            f'<b class="thumb">{sign} {escape(text)}</b>' for sign, text in zip("△▽", halves, strict=True)
        )
    return f'<b class="button">{escape(one["text"]["text"])}</b>'


def _actions(block: Json) -> str:
    return f'<div class="{block["type"]}">{"".join(map(_element, block["elements"]))}</div>'


def _input(block: Json) -> str:
    label, hint = escape(block["label"]["text"]), escape(block.get("hint", {}).get("text", ""))
    return f'<p class="label">{label}</p><div class="field"></div><p class="context">{hint}</p>'


_BLOCKS: Mapping[str, Callable[[Json], str]] = {
    "rich_text": _rich,
    "context": _context,
    "actions": _actions,
    "context_actions": _actions,
    "input": _input,
    "divider": lambda _: "<hr>",
    "header": lambda block: f"<h2>{escape(block['text']['text'])}</h2>",
    "section": lambda block: f'<div class="line">{escape(block["text"]["text"])}</div>',
}


# --------------------------------------------------------------------------- picture


def pictured(html: Path, width_px: int = 820) -> Path | None:
    """A .png beside the page, as high as the page is; None where there is no chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        return None
    made = html.with_suffix(".png")
    seen = _chromium(program, html, f"--window-size={width_px},600", "--dump-dom")
    height = re.search(r"<title>(\d+)</title>", seen)
    height_px = int(height.group(1)) if height else _HEIGHT_PX
    _chromium(program, html, f"--window-size={width_px},{height_px}", f"--screenshot={made}")
    return made


def _chromium(program: str, html: Path, *options: str) -> str:
    with tempfile.TemporaryDirectory() as profile:
        fixed = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        command = [program, *fixed, "--hide-scrollbars", f"--user-data-dir={profile}", *options]
        address = html.resolve().as_uri()
        return subprocess.run(
            [*command, address], check=True, capture_output=True, timeout=120, text=True
        ).stdout


def main(arguments: Sequence[str]) -> int:
    guide = arguments[0] == "--guide"
    folder, *given = arguments[guide:]
    names = given or sorted(path.name.partition(".")[0] for path in FOLDER.glob("*.slack.json"))
    for name in names:
        kit = json.loads((FOLDER / f"{name}.slack.json").read_text(encoding="utf-8"))
        html = Path(folder) / f"{name}.html"
        html.write_text(page([kit], fallback=not guide), encoding="utf-8")
        sys.stdout.write(f"{pictured(html) or html}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
