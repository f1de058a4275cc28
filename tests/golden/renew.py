"""The digests of some own articles as people see them, kept so that a change of words is seen and judged.

python -m tests.golden.renew            write them anew after a wanted change; read the diff as an editor
python -m tests.golden.renew NAME ...   some of them
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bot.evaluate.gold import load
from bot.evaluate.own import digest_of
from bot.render import digest_message, markdown

FOLDER = Path(__file__).parent
CORPUS = FOLDER.parent / "corpus"
NAMES = (
    "wire_ferry",
    "local_council_wp",
    "uk_hospital_single",
    "business_results",
    "politics_pronouns",
    "disaster_corrected",
    "obituary_couple",
    "hostile_market",
)


def rendered(name: str) -> dict[str, str]:
    """File name -> text for one labelled story. Raises KeyError for a story that is not there."""
    page = {story.id: story.page for story in load(CORPUS)}[name]
    digest = digest_of(page)
    return {f"{name}.txt": digest_message(digest).plain + "\n", f"{name}.md": markdown(digest)}


def main(names: Sequence[str]) -> int:
    for name in names or NAMES:
        for file, text in rendered(name).items():
            (FOLDER / file).write_bytes(text.encode())
            sys.stdout.write(f"{file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
