"""`/api/v1/phones`, `trunks`, `queues`, `numbers`: what admins store. `publications`: what Asterisk is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from aiohttp import web
from aiohttp_pydantic.oas.typing import r200, r201, r204
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.audit import Author
from accounts.errors import BadInput
from accounts.rights import Action, Thing
from dialplan.config import DisplayName, Host, MatchAddress, Number, Strategy, new_secret
from dialplan.destinations import ToAnnouncement, ToExtension, ToQueue
from dialplan.names import Account, SafeName
from dialplan.publish import PublishError
from dialplan.stored import Page, Row, StoredPbx, page
from dialplan.stored_publications import Outcome, Result, history
from dialplan.stored_tables import NumberRow, PhoneRow, PublicationRow, QueueRow, TrunkRow
from web.paging import Cursor, Limit, decode_cursor, encode_cursor
from web.problems import FieldProblem, ProblemError, not_found
from web.services import PublishingService
from web.views import View, answer, search_words

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Search = Annotated[str, Field(max_length=200)]
RingSeconds = Annotated[int, Field(ge=1, le=300)]
WrapUpSeconds = Annotated[int, Field(ge=0, le=900)]
Port = Annotated[int, Field(ge=1, le=65535)]
Destination = Annotated[ToQueue | ToExtension | ToAnnouncement, Field(discriminator="kind")]


class PbxView(BaseModel):
    """What the settings file says of the PBX, as far as people who set up phones, queues and numbers need it."""

    node: str
    sip_host: str | None
    """Where phones register, by UDP; None: at whatever address this machine has for them."""
    sip_port: int
    music: list[str]
    """The classes of music on hold that a queue may have."""
    default_queue: str | None
    """Queue of a number that nobody has set up; None: the caller hears that it is not in service."""


class PhoneView(BaseModel):
    """A SIP account that a telephone registers with. Its password is told when it is made, and never again."""

    id: int
    account: str
    name: str
    browser: bool
    reachable: bool | None
    """Whether a telephone is registered with it; None: the PBX has not told."""


class PhoneSecret(PhoneView):
    """A phone with its new password."""

    secret: str


class PhoneList(BaseModel):
    """A page of phones, in order of account."""

    items: list[PhoneView]
    next_cursor: str | None


class NewPhone(BaseModel, extra="forbid"):
    """A phone to add; its password is made. `browser`: it is the one in the panel."""

    account: Account
    name: DisplayName = ""
    browser: bool = False


class PhoneChange(BaseModel, extra="forbid"):
    """What is to be different."""

    account: Account | None = None
    name: DisplayName | None = None
    browser: bool | None = None


class QueueView(BaseModel):
    """A queue: who serves it (accounts of phones), and how."""

    id: int
    name: str
    label: str
    members: list[str]
    strategy: str
    ring_seconds: int
    wrap_up_seconds: int
    music: str


class QueueList(BaseModel):
    """A page of queues, in order of name."""

    items: list[QueueView]
    next_cursor: str | None


class NewQueue(BaseModel, extra="forbid"):
    """A queue to add."""

    name: SafeName
    label: DisplayName = ""
    members: list[Account] = Field([], max_length=1000)
    strategy: Strategy = "fewestcalls"
    ring_seconds: RingSeconds = 20
    wrap_up_seconds: WrapUpSeconds = 15
    music: SafeName = "default"


class QueueChange(BaseModel, extra="forbid"):
    """What is to be different; `members` are replaced as a whole."""

    name: SafeName | None = None
    label: DisplayName | None = None
    members: list[Account] | None = Field(None, max_length=1000)
    strategy: Strategy | None = None
    ring_seconds: RingSeconds | None = None
    wrap_up_seconds: WrapUpSeconds | None = None
    music: SafeName | None = None


class DialedNumberView(BaseModel):
    """A number that callers dial, and where it leads: to a queue, a phone of the company, or an announcement.

    `early_media`: it is not answered before an agent answers; the caller hears ringing till then and pays nothing.
    """

    id: int
    number: str
    destination: Destination
    early_media: bool


class NumberList(BaseModel):
    """A page of numbers, in their order as texts."""

    items: list[DialedNumberView]
    next_cursor: str | None


class NewNumber(BaseModel, extra="forbid"):
    """A number to add."""

    number: Number
    destination: Destination
    early_media: bool = False


class NumberChange(BaseModel, extra="forbid"):
    """What is to be different."""

    number: Number | None = None
    destination: Destination | SkipJsonSchema[None] = Field(None, json_schema_extra={"nullable": True})
    early_media: bool | None = None


class SoundList(BaseModel):
    """A page of the sounds that Asterisk has, in order of name. `problem`: why it could not be asked."""

    items: list[str]
    next_cursor: str | None
    problem: str | None


class TrunkView(BaseModel):
    """A way to the outside. `has_secret`: it signs its calls; the password is never told."""

    id: int
    name: str
    match: list[str]
    host: str | None
    port: int
    username: str | None
    from_user: str | None
    has_secret: bool


class TrunkList(BaseModel):
    """A page of trunks, in order of name."""

    items: list[TrunkView]
    next_cursor: str | None


class NewTrunk(BaseModel, extra="forbid"):
    """A trunk to add: `match` says where its calls come from, `host` where calls to the outside go."""

    name: Account
    match: list[MatchAddress] = Field([], max_length=100)
    host: Host | None = None
    port: Port = 5060
    username: str | None = Field(None, max_length=64)
    secret: str | None = Field(None, max_length=256, repr=False)
    from_user: SafeName | None = None


class TrunkChange(BaseModel, extra="forbid"):
    """What is to be different; null takes a value away."""

    name: Account | None = None
    match: list[MatchAddress] | None = Field(None, max_length=100)
    host: Host | None = None
    port: Port | None = None
    username: str | None = Field(None, max_length=64)
    secret: str | None = Field(None, max_length=256, repr=False)
    from_user: SafeName | None = None


class ChangeView(BaseModel):
    """A difference that a publication makes. `text` says it in English, the rest says it to machines."""

    what: Literal["added", "removed", "changed"]
    kind: str
    name: str
    text: str
    field: str | None
    before: Any
    after: Any


class PublicationView(BaseModel):
    """A publication: what came of it, and what it changed. `id` is null where nothing was written down."""

    id: int | None
    result: Result
    dry_run: bool
    at: datetime | None
    user_id: int | None
    changes: list[ChangeView]
    files: list[str]
    problem: str | None
    warnings: list[str]
    needs_restart: list[str]


class PublicationList(BaseModel):
    """A page of publications, newest first."""

    items: list[PublicationView]
    next_cursor: str | None


class NewPublication(BaseModel, extra="forbid"):
    """A wish to publish; with `dry_run` only to know what would change."""

    dry_run: bool = False


class _Telephony(View):
    """What the resources of this page have in common."""

    @property
    def publishing(self) -> PublishingService:
        publishing = self.services.publishing
        if publishing is None:
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "this service has no PBX to set up")
        return publishing

    @property
    def stored(self) -> StoredPbx:
        return self.publishing.stored

    @property
    def author(self) -> Author:
        return Author(self.user.id)

    async def rows(
        self, kind: type[Row], query: str, limit: int, cursor: str
    ) -> tuple[list[dict[str, Any]], str | None]:
        """A page of rows of a kind as an admin knows them, and the next page's cursor."""
        after = decode_cursor(cursor, str)[0] if cursor else None
        words = search_words(query)
        async with self.services.database.reading() as session:
            found: Page = await page(session, kind, query=words, after=after, limit=limit)
            items = [await _shown(self.stored, session, row) for row in found.rows]
        return items, encode_cursor(found.next) if found.next is not None else None

    async def one(self, kind: type[Row], row_id: int, what: str) -> dict[str, Any]:
        async with self.services.database.reading() as session:
            shown = await _shown(self.stored, session, await _found(session, kind, row_id, what))
        self.tag(shown)
        return shown

    async def add(self, kind: type[Row], values: Mapping[str, Any]) -> dict[str, Any]:
        async with self.services.database.transaction() as session:
            row = await self.stored.add(session, kind, values, self.author, self.services.clock.now())
            shown = await _shown(self.stored, session, row)
        self.tag(shown)
        return shown

    async def change(self, kind: type[Row], row_id: int, what: str, values: Mapping[str, Any]) -> dict[str, Any]:
        async with self.services.database.transaction() as session:
            row = await _found(session, kind, row_id, what, lock=True)
            self.require_unchanged(await _shown(self.stored, session, row))
            await self.stored.change(session, row, values, self.author, self.services.clock.now())
            shown = await _shown(self.stored, session, row)
        self.tag(shown)
        return shown

    def with_lamp(self, item: dict[str, Any]) -> dict[str, Any]:
        """A phone with what the PBX says of it."""
        return {**item, "reachable": self.services.agents.is_reachable(item["account"])}

    async def check_sound(self, destination: ToQueue | ToExtension | ToAnnouncement | None) -> None:
        """`BadInput` for the announcement of a sound that Asterisk says it has not. One that can't be asked says
        nothing."""
        if not isinstance(destination, ToAnnouncement):
            return
        try:
            for anew in (False, True):
                known = await self.publishing.sounds(anew=anew)
                if destination.sound in known or not known:
                    return
        except PublishError:
            return
        raise BadInput("destination.sound", f"Asterisk has no sound {destination.sound!r}")

    async def remove(self, kind: type[Row], row_id: int, what: str) -> Any:
        async with self.services.database.transaction() as session:
            row = await _found(session, kind, row_id, what, lock=True)
            self.require_unchanged(await _shown(self.stored, session, row))
            await self.stored.remove(session, row, self.author, self.services.clock.now())
        return web.Response(status=HTTPStatus.NO_CONTENT)


async def _found(session: AsyncSession, kind: type[Row], row_id: int, what: str, *, lock: bool = False) -> Row:
    row: Row | None = await session.get(kind, row_id, with_for_update=lock)
    if row is None:
        raise not_found(what)
    return row


async def _shown(stored: StoredPbx, session: AsyncSession, row: Row) -> dict[str, Any]:
    return {"id": row.id, **await stored.described(session, row)}


def _given(model: BaseModel) -> dict[str, Any]:
    """The fields of a change that the client sent; null stands for no value, which only a trunk's fields may have."""
    return {name: value for name, value in model.model_dump(exclude_unset=True).items() if value is not None}


class Pbx(_Telephony):
    async def get(self) -> r200[PbxView]:
        """The PBX as the settings file has it.

        Tags: telephony
        """
        self.require(Action.READ, Thing.SETTINGS)
        base = self.stored.base
        async with self.services.database.reading() as session:
            config = await self.stored.config(session)
        told = base.external_address or base.sip_address
        return answer(
            PbxView(
                node=base.node,
                sip_host=None if told in _ANY_ADDRESS else told,
                sip_port=base.ports.sip_udp,
                music=sorted({"default", *base.music}),
                default_queue=config.default_queue,
            )
        )


_ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to


class Phones(_Telephony):
    async def get(self, q: Search = "", limit: Limit = 50, cursor: Cursor = "") -> r200[PhoneList]:
        """Phones in order of account; with `q`, those with it in account or name.

        Tags: telephony
        """
        self.require(Action.READ, Thing.PHONE)
        items, following = await self.rows(PhoneRow, q, limit, cursor)
        return answer(PhoneList(items=[PhoneView(**self.with_lamp(item)) for item in items], next_cursor=following))

    async def post(self, phone: NewPhone) -> r201[PhoneSecret]:
        """Add a phone. The answer is the one place where its password stands.

        Tags: telephony
        """
        self.require(Action.CREATE, Thing.PHONE)
        item = await self.add(PhoneRow, phone.model_dump())
        return answer(PhoneSecret(**self.with_lamp(item)), 201, {"Location": f"/api/v1/phones/{item['id']}"})


class OnePhone(_Telephony):
    async def get(self, phone_id: Id, /) -> r200[PhoneView]:
        """A phone.

        Tags: telephony
        """
        self.require(Action.READ, Thing.PHONE)
        return answer(PhoneView(**self.with_lamp(await self.one(PhoneRow, phone_id, "phone"))))

    async def patch(self, phone_id: Id, /, phone: PhoneChange) -> r200[PhoneView]:
        """Change a phone.

        Tags: telephony
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.CHANGE, Thing.PHONE)
        item = await self.change(PhoneRow, phone_id, "phone", _given(phone))
        return answer(PhoneView(**self.with_lamp(item)))

    async def delete(self, phone_id: Id, /) -> r204:
        """Remove a phone; it leaves its queues.

        Tags: telephony
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.DELETE, Thing.PHONE)
        return await self.remove(PhoneRow, phone_id, "phone")


class PhoneSecrets(_Telephony):
    async def post(self, phone_id: Id, /) -> r200[PhoneSecret]:
        """Give a phone a new password. The answer is the one place where it stands.

        Tags: telephony
        """
        self.require(Action.CHANGE, Thing.PHONE)
        item = await self.change(PhoneRow, phone_id, "phone", {"secret": new_secret()})
        return answer(PhoneSecret(**self.with_lamp(item)))


class Queues(_Telephony):
    async def get(self, q: Search = "", limit: Limit = 50, cursor: Cursor = "") -> r200[QueueList]:
        """Queues in order of name; with `q`, those with it in name or label.

        Tags: telephony
        """
        self.require(Action.READ, Thing.QUEUE)
        items, following = await self.rows(QueueRow, q, limit, cursor)
        return answer(QueueList(items=[QueueView(**item) for item in items], next_cursor=following))

    async def post(self, queue: NewQueue) -> r201[QueueView]:
        """Add a queue.

        Tags: telephony
        """
        self.require(Action.CREATE, Thing.QUEUE)
        item = await self.add(QueueRow, queue.model_dump())
        return answer(QueueView(**item), 201, {"Location": f"/api/v1/queues/{item['id']}"})


class OneQueue(_Telephony):
    async def get(self, queue_id: Id, /) -> r200[QueueView]:
        """A queue.

        Tags: telephony
        """
        self.require(Action.READ, Thing.QUEUE)
        return answer(QueueView(**await self.one(QueueRow, queue_id, "queue")))

    async def patch(self, queue_id: Id, /, queue: QueueChange) -> r200[QueueView]:
        """Change a queue.

        Tags: telephony
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.CHANGE, Thing.QUEUE)
        return answer(QueueView(**await self.change(QueueRow, queue_id, "queue", _given(queue))))

    async def delete(self, queue_id: Id, /) -> r204:
        """Remove a queue that no number leads to.

        Tags: telephony
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.DELETE, Thing.QUEUE)
        return await self.remove(QueueRow, queue_id, "queue")


class Numbers(_Telephony):
    async def get(self, q: Search = "", limit: Limit = 50, cursor: Cursor = "") -> r200[NumberList]:
        """Dialled numbers; with `q`, those with it in them.

        Tags: telephony
        """
        self.require(Action.READ, Thing.NUMBER)
        items, following = await self.rows(NumberRow, q, limit, cursor)
        return answer(NumberList(items=[DialedNumberView(**item) for item in items], next_cursor=following))

    async def post(self, number: NewNumber) -> r201[DialedNumberView]:
        """Add a number that callers dial.

        Tags: telephony
        """
        self.require(Action.CREATE, Thing.NUMBER)
        await self.check_sound(number.destination)
        item = await self.add(NumberRow, number.model_dump())
        return answer(DialedNumberView(**item), 201, {"Location": f"/api/v1/numbers/{item['id']}"})


class OneNumber(_Telephony):
    async def get(self, number_id: Id, /) -> r200[DialedNumberView]:
        """A dialled number.

        Tags: telephony
        """
        self.require(Action.READ, Thing.NUMBER)
        return answer(DialedNumberView(**await self.one(NumberRow, number_id, "number")))

    async def patch(self, number_id: Id, /, number: NumberChange) -> r200[DialedNumberView]:
        """Change where a number leads.

        Tags: telephony
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.CHANGE, Thing.NUMBER)
        await self.check_sound(number.destination)
        return answer(DialedNumberView(**await self.change(NumberRow, number_id, "number", _given(number))))

    async def delete(self, number_id: Id, /) -> r204:
        """Remove a number.

        Tags: telephony
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.DELETE, Thing.NUMBER)
        return await self.remove(NumberRow, number_id, "number")


class Sounds(_Telephony):
    async def get(self, q: Search = "", limit: Limit = 50, cursor: Cursor = "") -> r200[SoundList]:
        """The sounds of Asterisk that a number may lead to; with `q`, those with it in their name.

        Tags: telephony
        """
        self.require(Action.READ, Thing.NUMBER)
        after = decode_cursor(cursor, str)[0] if cursor else ""
        try:
            known, problem = await self.publishing.sounds(), None
        except PublishError as error:
            known, problem = frozenset(), str(error)
        words = search_words(q).casefold()
        names = [name for name in sorted(known) if name > after and words in name.casefold()]
        following = encode_cursor(names[limit - 1]) if len(names) > limit else None
        return answer(SoundList(items=names[:limit], next_cursor=following, problem=problem))


class Trunks(_Telephony):
    async def get(self, q: Search = "", limit: Limit = 50, cursor: Cursor = "") -> r200[TrunkList]:
        """Trunks in order of name; with `q`, those with it in their name.

        Tags: telephony
        """
        self.require(Action.READ, Thing.SETTINGS)
        items, following = await self.rows(TrunkRow, q, limit, cursor)
        return answer(TrunkList(items=[_trunk(item) for item in items], next_cursor=following))

    async def post(self, trunk: NewTrunk) -> r201[TrunkView]:
        """Add a trunk.

        Tags: telephony
        """
        self.require(Action.CREATE, Thing.SETTINGS)
        item = await self.add(TrunkRow, trunk.model_dump())
        return answer(_trunk(item), 201, {"Location": f"/api/v1/trunks/{item['id']}"})


class OneTrunk(_Telephony):
    async def get(self, trunk_id: Id, /) -> r200[TrunkView]:
        """A trunk.

        Tags: telephony
        """
        self.require(Action.READ, Thing.SETTINGS)
        return answer(_trunk(await self.one(TrunkRow, trunk_id, "trunk")))

    async def patch(self, trunk_id: Id, /, trunk: TrunkChange) -> r200[TrunkView]:
        """Change a trunk.

        Tags: telephony
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.CHANGE, Thing.SETTINGS)
        values = trunk.model_dump(exclude_unset=True)
        kept = {name: value for name, value in values.items() if value is not None or name not in _NEVER_NULL}
        return answer(_trunk(await self.change(TrunkRow, trunk_id, "trunk", kept)))

    async def delete(self, trunk_id: Id, /) -> r204:
        """Remove a trunk.

        Tags: telephony
        Status Codes:
            412: `If-Match` names another state than it is in
        """
        self.require(Action.DELETE, Thing.SETTINGS)
        return await self.remove(TrunkRow, trunk_id, "trunk")


_NEVER_NULL = frozenset({"name", "match", "port"})


def _trunk(item: dict[str, Any]) -> TrunkView:
    empty = {"host": None, "username": None, "from_user": None}
    return TrunkView(**{**empty, **item}, has_secret="secret" in item)


class Publications(_Telephony):
    async def get(self, limit: Limit = 50, cursor: Cursor = "") -> r200[PublicationList]:
        """What was published, newest first.

        Tags: telephony
        """
        self.require(Action.READ, Thing.SETTINGS)
        before = decode_cursor(cursor, int)[0] if cursor else None
        async with self.services.database.reading() as session:
            node = self.stored.base.node
            rows = await history(session, node, before_id=before, limit=limit + 1)
        items = [_publication(row) for row in rows[:limit]]
        return answer(
            PublicationList(items=items, next_cursor=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None)
        )

    async def post(self, publication: NewPublication) -> r200[PublicationView]:
        """Bring what is stored into Asterisk, without a restart and without disturbing a call.

        Where Asterisk complains, all is as before, and the answer (409) says of what: file, line and its words. With
        `dry_run` an Asterisk that can't be asked is a `problem` of the answer, which still tells the changes.

        Tags: telephony
        Status Codes:
            503: Asterisk does not run, or this service has none
        """
        self.require(Action.CHANGE, Thing.SETTINGS)
        outcome = await self.publishing.publish(self.author, dry_run=publication.dry_run)
        if outcome.result is Result.REFUSED:
            said = [
                FieldProblem(
                    field=f"{each.file or ''}:{each.line}" if each.line else each.file or "",
                    reason=each.text,
                    where="asterisk",
                )
                for each in outcome.complaints
            ]
            raise ProblemError(HTTPStatus.CONFLICT, outcome.problem or "", said)
        if outcome.result is Result.FAILED and not publication.dry_run:
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, outcome.problem or "")
        return answer(_of_outcome(outcome, dry_run=publication.dry_run))


class OnePublication(_Telephony):
    async def get(self, publication_id: Id, /) -> r200[PublicationView]:
        """A publication.

        Tags: telephony
        """
        self.require(Action.READ, Thing.SETTINGS)
        async with self.services.database.reading() as session:
            row = await session.get(PublicationRow, publication_id)
        if row is None:
            raise not_found("publication")
        return answer(_publication(row))


def _publication(row: PublicationRow) -> PublicationView:
    return PublicationView(
        id=row.id,
        result=Result(row.result),
        dry_run=False,
        at=row.at,
        user_id=row.user_id,
        changes=[ChangeView(**change) for change in row.changes],
        files=row.files,
        problem=row.problem,
        warnings=[],
        needs_restart=[],
    )


def _of_outcome(outcome: Outcome, *, dry_run: bool) -> PublicationView:
    return PublicationView(
        id=outcome.id,
        result=outcome.result,
        dry_run=dry_run,
        at=None,
        user_id=None,
        changes=[ChangeView(**change.as_data()) for change in outcome.changes],
        files=list(outcome.files),
        problem=outcome.problem,
        warnings=list(outcome.warnings),
        needs_restart=list(outcome.needs_restart),
    )


def add_telephony(app: web.Application) -> None:
    """Serve all of this."""
    router = app.router
    router.add_view("/api/v1/pbx", Pbx)
    router.add_view("/api/v1/phones", Phones)
    router.add_view("/api/v1/phones/{phone_id}", OnePhone)
    router.add_view("/api/v1/phones/{phone_id}/secret", PhoneSecrets)
    router.add_view("/api/v1/queues", Queues)
    router.add_view("/api/v1/queues/{queue_id}", OneQueue)
    router.add_view("/api/v1/numbers", Numbers)
    router.add_view("/api/v1/numbers/{number_id}", OneNumber)
    router.add_view("/api/v1/sounds", Sounds)
    router.add_view("/api/v1/trunks", Trunks)
    router.add_view("/api/v1/trunks/{trunk_id}", OneTrunk)
    router.add_view("/api/v1/publications", Publications)
    router.add_view("/api/v1/publications/{publication_id}", OnePublication)
