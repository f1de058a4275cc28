"""The place at the head of the first paragraph: "BAGHDAD — ", "PARIS (AP) -", "Lower Marsh, Ohio —"."""

from __future__ import annotations

import re

_UPPER = r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’.\-]+(?:\s(?:[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’.\-]*|de|la|du|des|of))*"
_MONTHS = r"(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)"
_REGION = rf"(?:,\s(?!{_MONTHS})[A-Z][\w.'’\- ]{{1,24}})?"
_DAY = rf"(?:,?\s{_MONTHS}[a-z]*\.?\s\d{{1,2}})?"
_AGENCY = r"(?:\s?[(\[][A-Z][\w&.,'’/ \-]{1,40}[)\]])"
_DASH = r"\s?(?:—|–|--|-|―|:)\s?"
_HEADS = (
    re.compile(rf"^(?P<place>{_UPPER}{_REGION}){_DAY}{_AGENCY}?\s?(?:—|–|--|―|\s-)\s?(?=\S)"),
    re.compile(rf"^(?P<place>[A-Z][\w.'’\- ]{{2,28}}{_REGION}){_DAY}{_AGENCY}{_DASH}(?=\S)"),
)
_NOT_A_PLACE = re.compile(
    r"^(?:BREAKING|UPDATED?|EXCLUSIVE|OPINION|WATCH|VIDEO|ANALYSIS|CORRECTION|NEW|LIVE|INTERVIEW|Q|A|TV|AP|US|UK|EU)$"
)


def dateline_of(first: str) -> str | None:
    """The place as printed at the head of ``first``; None when there is no dateline."""
    for head in _HEADS:
        found = head.match(first)
        if found is not None and not _NOT_A_PLACE.match(found["place"].strip()):
            return found["place"].strip(" ,")
    return None
