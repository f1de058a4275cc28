"""The line that says whose story it is: ``AP via GV Wire · 28 January 2019 · BAGHDAD · 4 min read``."""

from __future__ import annotations

from bot.digest import Digest, day, reading_minutes
from bot.display import plain, shortened
from bot.types import Article

# News agencies by the names that bylines print, folded -> the name newsrooms use.
# Source: the agencies' own short names. Anything else is shown as printed.
_AGENCIES = {
    "the associated press": "AP", "associated press": "AP", "ap": "AP", "reuters": "Reuters",
    "agence france-presse": "AFP", "agence france presse": "AFP", "afp": "AFP",
    "press association": "PA", "pa media": "PA", "deutsche presse-agentur": "dpa", "dpa": "dpa",
    "united press international": "UPI", "upi": "UPI", "the canadian press": "CP",
    "australian associated press": "AAP", "aap": "AAP", "press trust of india": "PTI", "pti": "PTI",
}  # fmt: skip


def source_line(digest: Digest) -> str:
    """Whose, when, where, how long; what is not known is left out."""
    article = digest.article
    parts = [outlet(article), _dates(article), plain(article.dateline or "")]
    return " · ".join([part for part in parts if part] + [f"{reading_minutes(article)} min read"])


def outlet(article: Article) -> str:
    """``AP via GV Wire``, ``Maren Holt, Harbour News``, or what of it is known."""
    site = shortened(article.site or "", 60)
    names = [_AGENCIES.get(plain(name).lower(), shortened(name, 60)) for name in article.byline[:3]]
    names = [name for name in dict.fromkeys(names) if name and name.lower() != site.lower()]
    if len(article.byline) > 3:
        names.append("others")
    agency = next((name for name in names if name in _AGENCIES.values()), None)
    joined = ", ".join(names)
    if agency and site and not site.lower().startswith(agency.lower() + " "):
        return f"{joined} via {site}"
    return ", ".join(part for part in (joined, site) if part)


def _dates(article: Article) -> str:
    published, modified = article.published, article.modified
    if published is None:
        return f"updated {day(modified.at)}" if modified else ""
    shown = day(published.at) + (" (guessed)" if published.inferred else "")
    if modified and not modified.inferred and day(modified.at) != day(published.at):
        shown += f", updated {day(modified.at)}"
    return shown
