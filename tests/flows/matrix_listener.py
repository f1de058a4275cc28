"""A bot that listens and answers nobody, to be killed: ``python -m tests.flows.matrix_listener HOP FOLDER
HOMESERVER USER PASSWORD``. At HOP it says so on standard output and stands still.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.desk import Desk
from bot.desk.batch import Batch
from tests.flows.matrix_desk import Account, Bot
from tests.flows.newsroom import Gate

HOPS = ("opened", "before commit", "after commit")


class GatedDesk(Desk):
    gate = Gate("")

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Batch]:
        async with super().batch() as batch:
            await self.gate.at("opened")
            yield batch
            await self.gate.at("before commit")
        await self.gate.at("after commit")


async def main(hop: str, folder: Path, homeserver: str, user: str, password: str) -> None:
    GatedDesk.gate = Gate(hop)
    bot = Bot(Account(user, password), folder, homeserver, make_desk=GatedDesk)
    async with bot.up(answering=False) as here:
        await here.task


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:6]))
