"""The bot's session at its homeserver: one sign-in, then the same device for good.

nio does the encryption and keeps the rooms; signing in, refreshing and plain calls are ours (nio 0.26 knows
no refresh tokens and drops the access token on a soft logout).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, TypeVar

from nio import AsyncClient, AsyncClientConfig
from nio.store import SqliteStore

from adapters.matrix.faults import MatrixFault, checked, fault_of
from adapters.matrix.folder import OLM, SESSION, Folder
from adapters.matrix.options import MatrixOptions
from adapters.matrix.signin import V3, Grant, fingerprint, of_token, renewed, sign_in, who
from adapters.matrix.wire import CALL_TIMEOUT_S, Wire, base_url
from bot.errors import BadSetting, SessionLost, SettingMissing, SetupError, StoreUnusable

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_RENEW_EARLY = 0.2  # of a token's life: renewed before calls in the midst of sharing keys meet its end
_CALL_TIMEOUT_S = 40.0  # of nio's calls; a sync has its own


class Session:
    """``session = await Session.open(options)``, then ``close``. One process at a time."""

    def __init__(
        self, options: MatrixOptions, folder: Folder, wire: Wire, grant: Grant, client: AsyncClient
    ) -> None:
        self.client = client
        self.keys_shared = 0  # how often: each time the device is to be signed anew (crosssign.ensure)
        self._options = options
        self._folder = folder
        self._wire = wire
        self._grant = grant
        self._renewing = asyncio.Lock()
        self._stack = AsyncExitStack()

    @classmethod
    async def open(cls, options: MatrixOptions) -> Session:
        """Sign in, or go on with the session of last time; waits while the homeserver cannot be reached.

        Raises leaves of SetupError: BadSetting, SettingMissing, SessionBusy, SessionLost, StoreUnusable.
        """
        async with AsyncExitStack() as stack:
            folder = Folder(options.store_dir)
            folder.open()
            await folder.hold(options.lock_wait_s)
            stack.callback(folder.release)
            wire = Wire()
            stack.push_async_callback(wire.close)
            grant = await patiently(lambda: _grant(wire, folder, options))
            client = _client(grant, folder, options)
            stack.push_async_callback(client.close)
            stack.callback(_close_store, client)
            session = cls(options, folder, wire, grant, client)
            await patiently(session._share_keys)
            keeping = asyncio.create_task(session._keep_fresh())
            stack.push_async_callback(_ended, keeping)
            session._stack = stack.pop_all()
        log.info("Matrix: user=%s device=%s", grant.user_id, grant.device_id)
        return session

    async def close(self) -> None:
        await self._stack.aclose()

    @property
    def user_id(self) -> str:
        return self._grant.user_id

    @property
    def device_id(self) -> str:
        return self._grant.device_id

    @property
    def homeserver(self) -> str:
        """The API's address, without a last slash."""
        return self._grant.homeserver

    @property
    def folder(self) -> Folder:
        return self._folder

    # ------------------------------------------------------------------ calls

    async def call(
        self, method: str, path: str, body: object = None, *, timeout_s: float = CALL_TIMEOUT_S
    ) -> dict[str, Any]:
        """One call of the client-server API with our token, renewed once if need be. ``path``: from
        ``/_matrix`` on, quoted. Raises MatrixFault."""

        async def once() -> dict[str, Any]:
            token, url = self._grant.access_token, self.homeserver + path
            return await self._wire.call(method, url, body, token=token, timeout_s=timeout_s)

        return await self._signed_in(once)

    async def ask(self, call: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - nio is without types
        """A call of ``client``: its response, no error; the token is renewed once if need be.

        Raises MatrixFault; what nio raises about keys (EncryptionError, OlmTrustError) as it is.
        """

        async def once() -> Any:  # noqa: ANN401
            try:
                return checked(await call())
            except Exception as error:
                raise fault_of(error) from error

        return await self._signed_in(once)

    async def _signed_in(self, once: Callable[[], Awaitable[_T]]) -> _T:
        try:
            return await once()
        except MatrixFault as fault:
            if not fault.signed_out:
                raise
        await self.ensure_token()
        return await once()

    # ------------------------------------------------------------------ tokens

    async def ensure_token(self) -> None:
        """After M_UNKNOWN_TOKEN: a token that is taken, same device. Of several tasks the first renews.

        Raises SessionLost, BadSetting when there is no way; MatrixFault when it may be tried again.
        """
        async with self._renewing:
            try:
                await who(self._wire, self.homeserver, self._grant.access_token)
            except MatrixFault as fault:
                if not fault.signed_out:
                    raise
                await self._renew()
            self.client.access_token = self._grant.access_token  # a soft logout emptied it

    async def _renew(self) -> None:
        self._use(await renewed(self._wire, self._grant, self._options))
        log.info("Matrix: access token renewed, device=%s", self.device_id)
        await self._share_keys()

    def _use(self, grant: Grant) -> None:
        """Kept before it is used: the refresh token of before is taken until then."""
        self._folder.write(SESSION, grant.kept())
        self._grant = grant
        self.client.access_token = grant.access_token

    async def _keep_fresh(self) -> None:
        """Renew tokens that are said to end before they do."""
        pause_s = _FIRST_PAUSE_S
        while True:
            if not self._grant.expires_at or not self._grant.refresh_token:
                await asyncio.sleep(_LONGEST_PAUSE_S)
                continue
            left_s = self._grant.expires_at - time.time()
            early_s = self._grant.lasts_s * _RENEW_EARLY
            if left_s > early_s:
                await asyncio.sleep(min(left_s - early_s, _LONGEST_PAUSE_S))
                continue
            try:
                async with self._renewing:
                    await self._renew()
                pause_s = _FIRST_PAUSE_S
            except (MatrixFault, SetupError) as error:  # whoever calls next is told
                log.warning("Matrix: the access token could not be renewed (%s)", error)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    # ------------------------------------------------------------------ keys

    async def _share_keys(self) -> None:
        """Our device's keys are at the homeserver before anybody asks for them; a device that was signed out
        by its owner is without them when it comes back. Calls by no way that renews the token."""
        if not await self._keys_missing():
            return
        self.client.olm.account.shared = False
        try:
            checked(await self.client.keys_upload())
        except Exception as error:
            raise fault_of(error) from error
        self.keys_shared += 1

    async def _keys_missing(self) -> bool:
        """Whether the homeserver has forgotten our device's keys. Raises BadSetting when it has others."""
        path = f"{V3}/keys/query"
        asked: dict[str, object] = {"device_keys": {self.user_id: []}}
        told = await self._wire.call("POST", self.homeserver + path, asked, token=self._grant.access_token)
        device = told.get("device_keys", {}).get(self.user_id, {}).get(self.device_id)
        if device is None:
            return True
        known = device.get("keys", {}).get(f"ed25519:{self.device_id}")
        if known != self.client.olm.account.identity_keys["ed25519"]:
            raise _keys_lost(self.user_id, self._folder, self._options)
        return False


async def _grant(wire: Wire, folder: Folder, options: MatrixOptions) -> Grant:
    """The session of last time, or a first one, kept. Raises SetupError, MatrixFault to be tried again."""
    kept = folder.read(SESSION)
    if kept is None:
        homeserver = await base_url(wire, options.homeserver, options.user)
        grant = await sign_in(wire, homeserver, options)
        if not options.pickle_key:
            grant = replace(grant, pickle_key=secrets.token_hex(32))
        folder.remove(OLM)  # of a sign-in that was never kept
        folder.write(SESSION, grant.kept())
        return grant
    grant = Grant.of(kept, str(folder.path / SESSION))
    _same_user(grant.user_id, folder, options)
    if not (folder.path / OLM).exists():
        raise _keys_lost(grant.user_id, folder, options)
    found = await _of_last_time(wire, grant, options)
    if found != grant:
        folder.write(SESSION, found.kept())
    return found


async def _of_last_time(wire: Wire, grant: Grant, options: MatrixOptions) -> Grant:
    grant = replace(grant, homeserver=await _address(wire, grant, options))
    if options.access_token and fingerprint(options.access_token) != grant.given:
        given = await of_token(
            wire, grant.homeserver, options
        )  # the settings have another one than last time
        if (given.user_id, given.device_id) != (grant.user_id, grant.device_id):
            raise BadSetting("matrix_access_token", "…", f"one of {grant.user_id}, device {grant.device_id}")
        return replace(given, pickle_key=grant.pickle_key)
    try:
        await who(wire, grant.homeserver, grant.access_token)
    except MatrixFault as fault:
        if not fault.signed_out:
            raise
        return await renewed(wire, grant, options)
    return grant


async def _address(wire: Wire, grant: Grant, options: MatrixOptions) -> str:
    """Where the homeserver is now; where it was, while its name does not say."""
    if not options.homeserver and ":" not in options.user:
        return grant.homeserver
    try:
        return await base_url(wire, options.homeserver, options.user)
    except MatrixFault:
        return grant.homeserver


def _same_user(user_id: str, folder: Folder, options: MatrixOptions) -> None:
    named = options.user.lower()
    if named and named not in {user_id.lower(), user_id[1:].partition(":")[0].lower()}:
        raise BadSetting("matrix_user", options.user, f"{user_id}: {folder.path} is that account's")


def _keys_lost(user_id: str, folder: Folder, options: MatrixOptions) -> SetupError:
    cause = f"the keys of its device are not those of {folder.path}; remove that folder"
    key = "matrix_access_token" if options.access_token else "matrix_password"
    return SessionLost(user_id, cause, key)


def _client(grant: Grant, folder: Folder, options: MatrixOptions) -> AsyncClient:
    """nio's client with its store open. Raises BadSetting, SettingMissing, StoreUnusable."""
    key = options.pickle_key or grant.pickle_key
    if not key:
        raise SettingMissing("matrix_pickle_key", f"the keys in {folder.path} are sealed with it")
    folder.touch(OLM)
    client = AsyncClient(
        grant.homeserver,
        grant.user_id,
        grant.device_id,
        store_path=str(folder.path),
        config=AsyncClientConfig(
            store=SqliteStore,
            store_name=OLM,
            store_sync_tokens=False,
            encryption_enabled=True,
            pickle_key=key,
            max_limit_exceeded=0,  # a rate limit is the caller's to wait for
            max_timeouts=0,  # so is a connection that broke
            request_timeout=_CALL_TIMEOUT_S,
        ),
    )
    try:
        client.restore_login(grant.user_id, grant.device_id, grant.access_token)
    except Exception as error:
        _close_store(client)
        raise _not_opened(error, folder) from error
    return client


def _not_opened(error: Exception, folder: Folder) -> Exception:
    """nio hands on what vodozemac and peewee raise."""
    module = type(error).__module__.partition(".")[0]
    if type(error).__name__.endswith("PickleException"):
        return BadSetting("matrix_pickle_key", "…", f"the key with which {folder.path / OLM} was sealed")
    if module in {"peewee", "sqlite3"}:
        return StoreUnusable(str(folder.path / OLM), str(error))
    return error


def _close_store(client: AsyncClient) -> None:
    if client.store is not None:
        client.store.database.close()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def patiently(work: Callable[[], Awaitable[_T]]) -> _T:
    """Until it is done or cannot be: who starts the bot while the homeserver is down need not come back."""
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            return await work()
        except MatrixFault as fault:
            if fault.refusal is not None:
                raise BadSetting(
                    "matrix_homeserver", "…", f"a homeserver that serves us ({fault})"
                ) from fault
            wait_s = fault.retry_after_s or pause_s
            log.warning("Matrix: %s; again in %.0f s", fault, wait_s)
            await asyncio.sleep(wait_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
