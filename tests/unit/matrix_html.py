"""The HTML that a Matrix client shows: the allow-list of the specification, and what breaks it.

spec.matrix.org/v1.16/client-server-api, "m.room.message msgtypes": tags, attributes, schemes of links, and
at most 100 deep.
"""

from __future__ import annotations

from tests.unit.kits import Html

_TAGS = """
del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s code hr br div table thead tbody
tr th td caption pre span img details summary
"""
TAGS = frozenset(_TAGS.split())
ATTRIBUTES = {
    "span": {"data-mx-bg-color", "data-mx-color", "data-mx-spoiler", "data-mx-maths"},
    "a": {"target", "href"},
    "img": {"width", "height", "alt", "title", "src"},
    "ol": {"start"},
    "code": {"class"},
    "div": {"data-mx-maths"},
}
_WEB = ("https://", "http://")  # the specification also lets ftp, mailto and magnet through: we do not
_OURS = TAGS - {"img", "details", "summary", "span", "div"}
_DEPTH = 100


def breaches(html: str) -> list[str]:
    """What of ``html`` a client would drop, or we must not send; [] when nothing is."""
    read = Html(html)
    found = [f"<{tag}> is left open" for tag in read.open]
    found += ["tags cross"] if read.crossed else []
    found += ["too deep"] if read.deepest > _DEPTH else []
    for tag, attributes in read.tags:
        if tag not in _OURS:
            found.append(f"<{tag}>")
        for name, value in attributes.items():
            if name not in ATTRIBUTES.get(tag, set()):
                found.append(f"<{tag} {name}>")
            if name == "href" and not (value or "").startswith(_WEB):
                found.append(f"href {value!r}")
    return found
