"""Links that an edit of a message exchanged: the digest of one that went becomes the digest of one that came.

Which digest is meant is looked up when the new story has been read, since a message may be edited once more
in the meantime.
"""

from __future__ import annotations

from bot.commands import ReadLink
from bot.desk.reading import delivery_key
from bot.errors import BadLink
from bot.ports import Transaction
from bot.records import Deed, Delivery, DigestRecord
from bot.types import Request
from bot.urls import canonical


async def digest_instead(tx: Transaction, request: Request) -> tuple[Delivery, DigestRecord] | None:
    """A digest below the request's message that shows a story whose link is not in it any more, with the
    delivery that posted it; None when there is none."""
    for link in request.instead:
        written = await tx.delivery(delivery_key(request, link))
        found = None if written is None else await shown_by(tx, written)
        if found is not None and leads_to(found[1], link):
            return found
    return None


async def shown_by(tx: Transaction, written: Delivery) -> tuple[Delivery, DigestRecord] | None:
    """The digest that a delivery posted, or put in the place of another's."""
    post = written if written.deed is Deed.POST else await tx.delivery(written.target or "")
    if post is None or post.only_for is not None or post.message.digest_id is None:
        return None
    record = await tx.digest(post.message.digest_id)
    return None if record is None else (post, record)


async def edited_back(tx: Transaction, request: Request, written: Delivery, what: object) -> bool:
    """Whether the link was in the message before, was taken out, and is put in again: what its delivery
    brought shows another story by now."""
    if not request.instead or not isinstance(what, ReadLink):
        return False
    found = await shown_by(tx, written)
    return found is None or not leads_to(found[1], what.url)


async def edited_away(tx: Transaction, request: Request, link: str) -> bool:
    """Whether the link is not in the request's message any more, by the last edit that concerns it."""
    gone = False
    for edit in await tx.edits(request.source or request.key):
        if any(_page(link) == _page(one) for one in edit.instead):
            gone = True
        elif any(_page(link) == _page(one) for one in edit.links):
            gone = False
    return gone


def leads_to(record: DigestRecord, link: str) -> bool:
    return _page(link) in {_page(record.url), _page(record.canonical_url)}


def _page(link: str) -> str:
    try:
        return canonical(link)
    except BadLink:  # whoever fetched it has said so
        return link
