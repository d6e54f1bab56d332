"""The PBX's settings in the database: taken from the settings file once, changed by admins afterwards.

Each change is tried against the whole configuration in its own transaction, so what is stored can always be published.
Asterisk hears of nothing until then (`dialplan.publish`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.audit import START, Author, note
from accounts.errors import BadInput
from dialplan.config import PbxConfig, Phone, Queue, Trunk, complaints, new_secret
from dialplan.destinations import Destination, ToAnnouncement, ToExtension, ToQueue
from dialplan.stored_tables import NumberRow, PbxRow, PhoneRow, QueueMemberRow, QueueRow, TrunkRow

Row = PhoneRow | TrunkRow | QueueRow | NumberRow
R = TypeVar("R", bound=Row)

_PHONE = ("account", "secret", "name", "browser")
_TRUNK = ("name", "match", "host", "port", "username", "secret", "from_user")
_QUEUE = ("name", "label", "strategy", "ring_seconds", "wrap_up_seconds", "music")
_NUMBER = ("number", "early_media")
_FIELDS: Mapping[type[Any], Sequence[str]] = {PhoneRow: _PHONE, TrunkRow: _TRUNK, QueueRow: _QUEUE, NumberRow: _NUMBER}
_KEY: Mapping[type[Any], str] = {PhoneRow: "account", TrunkRow: "name", QueueRow: "name", NumberRow: "number"}
_KIND: Mapping[type[Any], str] = {PhoneRow: "phone", TrunkRow: "trunk", QueueRow: "queue", NumberRow: "number"}
_DESTINATION: TypeAdapter[Destination] = TypeAdapter(Destination)
_MODEL: Mapping[type[Any], type[BaseModel]] = {PhoneRow: Phone, TrunkRow: Trunk, QueueRow: Queue}


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order of their key, and where the next page goes on; None at the end."""

    rows: Sequence[Any]
    next: str | None


class StoredPbx:
    """What is stored of one PBX. `base` is the settings file's section: ports, directories and the like stay there."""

    def __init__(self, base: PbxConfig) -> None:
        self.base = base

    async def take_over(self, session: AsyncSession, now: datetime, *, again: bool = False) -> bool:
        """Store phones, trunks, queues and numbers of the settings file; False where that was done before.

        With `again` what the file names is stored as it says, once more, and everything else stays, also members who
        were added to its queues.
        """
        taken = await session.get(PbxRow, self.base.node)
        if taken is not None and not again:
            return False
        if taken is None:
            session.add(PbxRow(node=self.base.node, default_queue=self.base.default_queue, imported_at=now))
        for phone in self.base.phones:
            await self._put(session, PhoneRow, phone.model_dump(), now)
        for trunk in self.base.trunks:
            await self._put(session, TrunkRow, trunk.model_dump(), now)
        for queue in self.base.queues:
            row = await self._put(session, QueueRow, queue.model_dump(), now)
            added = [each for each in await members_of(session, row.id) if each not in queue.members]
            await self.set_members(session, row, [*queue.members, *added])
        for number, destination in self.base.numbers.items():
            values = {"number": number, "early_media": number in self.base.early_media, "destination": destination}
            await self._put(session, NumberRow, values, now)
        await self.config(session)
        note(session, START, "import", "pbx", self.base.node, now=now)
        return True

    async def _put(self, session: AsyncSession, kind: type[R], values: Mapping[str, Any], now: datetime) -> R:
        row = await by_key(session, kind, values[_KEY[kind]])
        if row is None:
            row = kind(created_at=now)
            session.add(row)
        for field in _FIELDS[kind]:
            value = values[field]
            setattr(row, field, list(value) if isinstance(value, tuple) else value)
        if isinstance(row, NumberRow):
            await _lead(session, row, values["destination"])
        await session.flush()
        return row

    async def config(self, session: AsyncSession) -> PbxConfig:
        """The whole configuration with what is stored; that of the settings file where nothing is. `BadInput`."""
        stored = await session.get(PbxRow, self.base.node)
        if stored is None:
            return self.base
        members: dict[int, list[str]] = {}
        pairs = await session.execute(
            select(QueueMemberRow.queue_id, PhoneRow.account)
            .join(PhoneRow, PhoneRow.id == QueueMemberRow.phone_id)
            .order_by(QueueMemberRow.queue_id, QueueMemberRow.position)
        )
        for queue_id, account in pairs:
            members.setdefault(queue_id, []).append(account)
        numbers = list(await session.scalars(select(NumberRow).order_by(NumberRow.number)))
        values = self.base.model_dump() | {
            "phones": [values_of(row) for row in await session.scalars(select(PhoneRow).order_by(PhoneRow.account))],
            "trunks": [values_of(row) for row in await session.scalars(select(TrunkRow).order_by(TrunkRow.name))],
            "queues": [
                values_of(row) | {"members": members.get(row.id, [])}
                for row in await session.scalars(select(QueueRow).order_by(QueueRow.name))
            ],
            "numbers": {row.number: await destination_of(session, row) for row in numbers},
            "early_media": {row.number for row in numbers if row.early_media},
            "default_queue": stored.default_queue,
        }
        try:
            return PbxConfig.model_validate(values)
        except ValidationError as error:
            raise BadInput("pbx", "; ".join(complaints(error))) from error

    async def add(
        self, session: AsyncSession, kind: type[R], values: Mapping[str, Any], author: Author, now: datetime
    ) -> R:
        """Store something new. A phone's `secret` is made where none is given. `BadInput` names the field.

        `members` of a queue are accounts; `destination` of a number is one, or what can be made one.
        """
        given = dict(values)
        if kind is PhoneRow:
            given["secret"] = given.get("secret") or new_secret()
        if kind is NumberRow:
            given.setdefault("early_media", False)
        row = kind(created_at=now)
        await self._set(session, row, given)
        if await by_key(session, kind, given[_KEY[kind]]) is not None:
            raise _is_there(kind, given[_KEY[kind]])
        session.add(row)
        await self._flush(session, row)
        if isinstance(row, QueueRow):
            await self.set_members(session, row, given.get("members", ()))
        await self._try(session, kind)
        note(session, author, "create", _KIND[kind], row.id, now=now, after=await self.described(session, row))
        return row

    async def change(
        self, session: AsyncSession, row: Row, values: Mapping[str, Any], author: Author, now: datetime
    ) -> None:
        """Change the fields in `values`. `BadInput` names the field."""
        before = await self.described(session, row)
        if (key := values.get(_KEY[type(row)])) is not None:
            other = await by_key(session, type(row), key)
            if other is not None and other.id != row.id:
                raise _is_there(type(row), key)
        if isinstance(row, QueueRow) and "name" in values:
            await self._rename_default(session, row.name, values["name"])
        await self._set(session, row, values)
        await self._flush(session, row)
        if isinstance(row, QueueRow) and "members" in values:
            await self.set_members(session, row, values["members"])
        await self._try(session, type(row))
        after = await self.described(session, row)
        note(session, author, "change", _KIND[type(row)], row.id, now=now, before=before, after=after)

    async def remove(self, session: AsyncSession, row: Row, author: Author, now: datetime) -> None:
        """Store it no longer. A phone leaves its queues. `BadInput` where something leads to it."""
        before = await self.described(session, row)
        if isinstance(row, QueueRow):
            numbers = (await session.scalars(select(NumberRow.number).where(NumberRow.queue_id == row.id))).all()
            if numbers:
                raise BadInput("queue", f"numbers lead to it: {', '.join(sorted(numbers))}")
            await session.execute(delete(QueueMemberRow).where(QueueMemberRow.queue_id == row.id))
        if isinstance(row, PhoneRow):
            numbers = (await session.scalars(select(NumberRow.number).where(NumberRow.phone_id == row.id))).all()
            if numbers:
                raise BadInput("phone", f"numbers lead to it: {', '.join(sorted(numbers))}")
            await session.execute(delete(QueueMemberRow).where(QueueMemberRow.phone_id == row.id))
        await session.delete(row)
        await session.flush()
        await self._try(session, type(row))
        note(session, author, "delete", _KIND[type(row)], row.id, now=now, before=before)

    async def set_members(self, session: AsyncSession, queue: QueueRow, accounts: Sequence[str]) -> None:
        """Make the phones of `accounts`, in that order, those that serve the queue. `BadInput`."""
        await session.execute(delete(QueueMemberRow).where(QueueMemberRow.queue_id == queue.id))
        for position, account in enumerate(accounts):
            if account in accounts[:position]:
                raise BadInput(f"members[{position}]", f"{account!r} is there twice")
            phone = await by_key(session, PhoneRow, account)
            if phone is None:
                raise BadInput(f"members[{position}]", f"there is no phone {account!r}")
            session.add(QueueMemberRow(queue_id=queue.id, phone_id=phone.id, position=position))
        await session.flush()

    async def described(self, session: AsyncSession, row: Row) -> dict[str, Any]:
        """The row's values as an admin knows them: members as accounts, a destination with its name."""
        values = values_of(row)
        if isinstance(row, QueueRow):
            values["members"] = await members_of(session, row.id)
        if isinstance(row, NumberRow):
            values["destination"] = (await destination_of(session, row)).model_dump()
        return values

    async def _set(self, session: AsyncSession, row: Row, values: Mapping[str, Any]) -> None:
        for field in _FIELDS[type(row)]:
            if field in values:
                setattr(row, field, values[field])
        if isinstance(row, NumberRow) and "destination" in values:
            await _lead(session, row, values["destination"])
        if (model := _MODEL.get(type(row))) is not None:
            try:
                checked = model.model_validate(values_of(row))
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                field = ".".join(str(step) for step in first["loc"]) or _KEY[type(row)]
                raise BadInput(field, first["msg"].removeprefix("Value error, ")) from error
            # Defaults of the model stand where nothing was given.
            for field, value in checked.model_dump().items():
                if field in _FIELDS[type(row)]:
                    setattr(row, field, list(value) if isinstance(value, tuple) else value)

    async def _flush(self, session: AsyncSession, row: Row) -> None:
        key = getattr(row, _KEY[type(row)])
        try:
            await session.flush()
        except IntegrityError as error:
            # Somebody else stored the same at this very moment.
            raise _is_there(type(row), key) from error

    async def _rename_default(self, session: AsyncSession, old: str, new: str) -> None:
        stored = await session.get(PbxRow, self.base.node)
        if stored is not None and stored.default_queue == old:
            stored.default_queue = new

    async def _try(self, session: AsyncSession, kind: type[Any]) -> None:
        """`BadInput`, by the key's name, where the whole does not hold together any more."""
        try:
            await self.config(session)
        except BadInput as error:
            raise BadInput(_KEY[kind], error.reason) from error


async def destination_of(session: AsyncSession, row: NumberRow) -> Destination:
    """Where the number leads."""
    if row.phone_id is not None:
        phone = await session.get_one(PhoneRow, row.phone_id)
        return ToExtension.model_construct(extension=phone.account, ring_seconds=row.ring_seconds)
    if row.queue_id is not None:
        queue = await session.get_one(QueueRow, row.queue_id)
        return ToQueue.model_construct(queue=queue.name)
    return ToAnnouncement.model_construct(sound=row.sound)


async def _lead(session: AsyncSession, row: NumberRow, wanted: Any) -> None:
    """Have the number lead there. `BadInput` names the field of the destination."""
    try:
        destination = _DESTINATION.validate_python(wanted)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(step) for step in ("destination", *first["loc"][1:]))
        raise BadInput(field, first["msg"].removeprefix("Value error, ")) from error
    row.kind, row.queue_id, row.phone_id, row.ring_seconds, row.sound = destination.kind, None, None, None, None
    match destination:
        case ToQueue(queue=name):
            queue = await by_key(session, QueueRow, name)
            if queue is None:
                raise BadInput("destination.queue", f"there is no queue {name!r}")
            row.queue_id = queue.id
        case ToExtension(extension=account, ring_seconds=seconds):
            phone = await by_key(session, PhoneRow, account)
            if phone is None:
                raise BadInput("destination.extension", f"there is no phone {account!r}")
            row.phone_id, row.ring_seconds = phone.id, seconds
        case ToAnnouncement(sound=sound):
            row.sound = sound


def _is_there(kind: type[Any], key: str) -> BadInput:
    return BadInput(_KEY[kind], f"{key!r} is there already")


def values_of(row: Row) -> dict[str, Any]:
    """The row's own fields that have a value."""
    return {field: value for field in _FIELDS[type(row)] if (value := getattr(row, field)) is not None}


async def by_key(session: AsyncSession, kind: type[R], key: str) -> R | None:
    """The row of that account, name or number."""
    found: R | None = await session.scalar(select(kind).where(getattr(kind, _KEY[kind]) == key))
    return found


async def members_of(session: AsyncSession, queue_id: int) -> list[str]:
    """Accounts of the phones that serve the queue, in their order."""
    statement = (
        select(PhoneRow.account)
        .join(QueueMemberRow, QueueMemberRow.phone_id == PhoneRow.id)
        .where(QueueMemberRow.queue_id == queue_id)
        .order_by(QueueMemberRow.position)
    )
    return list(await session.scalars(statement))


async def page(
    session: AsyncSession, kind: type[R], *, query: str = "", after: str | None = None, limit: int = 50
) -> Page:
    """Rows in order of account, name or number; with `query` those that hold it there or in their name."""
    key = getattr(kind, _KEY[kind])
    statement = select(kind).order_by(key).limit(limit + 1)
    if after is not None:
        statement = statement.where(key > after)
    if query:
        fields = [key]
        if kind is PhoneRow:
            fields.append(PhoneRow.name)
        if kind is QueueRow:
            fields.append(QueueRow.label)
        statement = statement.where(or_(*(field.icontains(query, autoescape=True) for field in fields)))
    rows = list(await session.scalars(statement))
    more = len(rows) > limit
    return Page(rows[:limit], getattr(rows[limit - 1], _KEY[kind]) if more else None)
