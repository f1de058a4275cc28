"""The source of every quotation, with the running speaker carried where the prose carries it."""

from __future__ import annotations

from bot.extract.links import How, Link, label_inside, link_in_sentence, subject_of_cue
from bot.extract.phrases import Unit, UnitKind
from bot.extract.scene import Row, Scene
from bot.types import ParagraphKind

_LOOK_BACK = 30  # quotations of one paragraph, at most
_BLANK = frozenset({"and", "but", "so", "yet", "or"})


def links_of(scene: Scene) -> list[Link | None]:
    """One link a quotation, in order; None where the text does not say."""
    links: list[Link | None] = [None] * len(scene.marks)
    for quotation in range(len(scene.marks)):
        if quotation not in scene.place:
            continue
        labelled = label_inside(scene, quotation)
        if labelled is not None:
            links[quotation] = labelled
        elif _stands_alone(scene, quotation):
            links[quotation] = _carried(scene, links, quotation)
        else:
            own = link_in_sentence(scene, quotation)
            weak = own is None or own.how is How.SUBJECT
            links[quotation] = (weak and _same_paragraph(scene, links, quotation)) or own
    _look_ahead(scene, links)
    return links


def _sentence(scene: Scene, quotation: int) -> tuple[Row, int, int, int]:
    number, at = scene.place[quotation]
    row = scene.rows[number]
    start, end = row.sentence(at)
    return row, at, start, end


def _stands_alone(scene: Scene, quotation: int) -> bool:
    """The sentence has no words but quoted ones."""
    row, at, start, end = _sentence(scene, quotation)
    return not any(_is_word(unit) for i, unit in enumerate(row.units[start:end], start) if i != at)


def _is_word(unit: Unit) -> bool:
    return unit.kind not in {UnitKind.POINT, UnitKind.QUOTE} and unit.low not in _BLANK


def _carried(scene: Scene, links: list[Link | None], quotation: int) -> Link | None:
    return _same_paragraph(scene, links, quotation) or _from_before(scene, links, quotation)


def _same_paragraph(scene: Scene, links: list[Link | None], quotation: int) -> Link | None:
    """The speaker of the quotation before in this paragraph, unless somebody else spoke between."""
    number, at = scene.place[quotation]
    for earlier in range(quotation - 1, max(-1, quotation - 1 - _LOOK_BACK), -1):
        if earlier not in scene.place or scene.place[earlier][0] != number:
            break
        link = links[earlier]
        if link is None or link.how is How.SUBJECT:
            continue
        between = _cue_between(scene, number, scene.place[earlier][1], at)
        chosen = between or link
        return Link(chosen.row, chosen.at, chosen.unit, How.SAME, None)
    return None


def _cue_between(scene: Scene, number: int, first: int, last: int) -> Link | None:
    """The source of a sentence of speech, without a quotation, between two quotations."""
    row = scene.rows[number]
    start = row.sentence(last)[0]
    while start > first + 1:
        begin, end = row.sentence(start - 1)
        if begin <= first:
            return None
        link = subject_of_cue(row, number, begin, end)
        if link is not None and link.cue is not None:
            return link
        start = begin
    return None


def _from_before(scene: Scene, links: list[Link | None], quotation: int) -> Link | None:
    """The sentence before in the paragraph; for a paragraph that is all quotation, the one before it."""
    row, _, start, _ = _sentence(scene, quotation)
    number = scene.place[quotation][0]
    if start > 0:
        begin, end = row.sentence(start - 1)
        return subject_of_cue(row, number, begin, end)
    before = _row_before(scene, number)
    if before is None:
        return None
    earlier = scene.rows[before]
    if earlier.units[-1].low != ":":
        spoken = [link for unit in earlier.units if unit.kind is UnitKind.QUOTE and (link := links[unit.ref])]
        if spoken:
            return Link(spoken[-1].row, spoken[-1].at, spoken[-1].unit, How.CARRIED)
    return subject_before(scene, number)


def subject_before(scene: Scene, number: int) -> Link | None:
    """Who speaks in the last sentence before row ``number``: "Roe wrote:" or "Roe said so."."""
    before = _row_before(scene, number)
    if before is None:
        return None
    row = scene.rows[before]
    begin, end = row.sentence(len(row.units) - 1)
    link = subject_of_cue(row, before, begin, end)
    if link is None or row.units[-1].low == ":":
        return link
    return Link(link.row, link.at, link.unit, How.CARRIED) if link.cue else None


def _row_before(scene: Scene, number: int) -> int | None:
    before = number - 1
    while before >= 0 and scene.rows[before].kind is ParagraphKind.HEADING:
        before -= 1
    return before if before >= 0 and scene.rows[before].units else None


def _look_ahead(scene: Scene, links: list[Link | None]) -> None:
    """A quotation continued over paragraphs has one source: the best link of any of its parts."""
    first = 0
    while first < len(scene.marks):
        last = first
        while last + 1 < len(scene.marks) and scene.marks[last].continued and not _labelled(links[last + 1]):
            last += 1
        if last > first:
            best = min((link for link in links[first : last + 1] if link), key=_trust, default=None)
            for index in range(first, last + 1):
                links[index] = best
        first = last + 1


def _labelled(link: Link | None) -> bool:
    return link is not None and link.how is How.LABEL


_ORDER = {how: rank for rank, how in enumerate(How)}


def _trust(link: Link) -> int:
    return _ORDER[link.how]
