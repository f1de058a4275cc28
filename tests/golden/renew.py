"""The digests of some own articles as people see them, kept so that a change of words is seen and judged.

python -m tests.golden.renew            write them anew after a wanted change; read the diff as an editor
python -m tests.golden.renew NAME ...   some of them
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.matrix.content import content_of
from adapters.slack.render import rendered as for_slack
from bot.digest import Digest
from bot.evaluate.gold import load
from bot.evaluate.own import digest_of
from bot.render import digest_message, markdown
from tests.golden.windows import WINDOWS, window

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
    "paywall_teaser",
    "liveblog_storm",
)


DIGEST_ID = "0123456789ab"


def digest_named(name: str) -> Digest:
    """Raises KeyError for a story that is not there."""
    return digest_of({story.id: story.page for story in load(CORPUS)}[name])


def rendered(name: str) -> dict[str, str]:
    """File name -> text for one labelled story."""
    digest = digest_named(name)
    message = digest_message(digest, DIGEST_ID)
    return {
        f"{name}.txt": message.plain + "\n",
        f"{name}.md": markdown(digest),
        f"{name}.slack.json": printed(for_slack(message, f"golden:{name}#0")),
        f"{name}.matrix.html": lined(content_of(message, f"golden:{name}#0", room_id="!golden")),
    }


def shown(name: str) -> dict[str, str]:
    """File name -> text for one of Slack's windows, or the Home tab."""
    return {f"{name}.slack.json": printed(window(name, digest_named("wire_ferry")))}


def printed(kit: Any) -> str:
    return json.dumps(kit, ensure_ascii=False, indent=1) + "\n"


def lined(content: Mapping[str, Any]) -> str:
    """The HTML of a message for Matrix, each block on a line of its own so that a diff can be read."""
    return re.sub(r"(?<=.)(?=<(?:p|ul|li|blockquote|pre)>|</ul>)", "\n", content["formatted_body"]) + "\n"


def main(names: Sequence[str]) -> int:
    for name in names or (*NAMES, *WINDOWS):
        for file, text in (shown(name) if name in WINDOWS else rendered(name)).items():
            (FOLDER / file).write_bytes(text.encode())
            sys.stdout.write(f"{file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
