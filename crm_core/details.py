"""What contacts and companies have alike: several numbers and e-mail addresses, tags, and notes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Enum, String
from sqlalchemy.orm import Mapped, mapped_column

from accounts.errors import BadInput
from accounts.users import clean_name
from crm_core.emails import ADDRESS_LIMIT, normalise_email
from crm_core.folding import fold
from crm_core.numbers import TYPED_LIMIT, NumberProblem, parse_number

NUMBERS_LIMIT = 20
"""Numbers that one record may have."""
EMAILS_LIMIT = 20
TAGS_LIMIT = 20
TAG_LIMIT = 50
"""Characters of one tag."""
TEXT_LIMIT = 20_000
"""Characters of notes."""


class NumberKind(StrEnum):
    """What a number is for."""

    MOBILE = "mobile"
    WORK = "work"
    HOME = "home"
    FAX = "fax"
    OTHER = "other"


class EmailKind(StrEnum):
    """What an address is for."""

    WORK = "work"
    PRIVATE = "private"
    OTHER = "other"


def values_of(kind: type[StrEnum]) -> list[str]:
    """How an enum stands in the database: by value."""
    return [member.value for member in kind]


@dataclass(frozen=True, slots=True)
class TypedNumber:
    """A number as somebody typed it."""

    typed: str
    kind: NumberKind = NumberKind.OTHER


@dataclass(frozen=True, slots=True)
class TypedEmail:
    """An address as somebody typed it."""

    typed: str
    kind: EmailKind = EmailKind.OTHER


class NumberColumns:
    """A number of a record: as typed, and in E.164 where it has such a form."""

    id: Mapped[int] = mapped_column(primary_key=True)
    typed: Mapped[str] = mapped_column(String(TYPED_LIMIT))
    e164: Mapped[str | None] = mapped_column(String(16), index=True)
    kind: Mapped[NumberKind] = mapped_column(
        Enum(NumberKind, native_enum=False, length=16, values_callable=values_of), server_default="other"
    )


class EmailColumns:
    """An e-mail address of a record: as typed, and in the form in which addresses are compared."""

    id: Mapped[int] = mapped_column(primary_key=True)
    typed: Mapped[str] = mapped_column(String(ADDRESS_LIMIT + 10))
    address: Mapped[str] = mapped_column(String(ADDRESS_LIMIT), index=True)
    kind: Mapped[EmailKind] = mapped_column(
        Enum(EmailKind, native_enum=False, length=16, values_callable=values_of), server_default="other"
    )


class TagColumns:
    """A tag of a record: as written, and as it is compared."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(TAG_LIMIT))
    folded: Mapped[str] = mapped_column(String(3 * TAG_LIMIT), index=True)


def clean_numbers(numbers: Sequence[str | TypedNumber], region: str) -> list[tuple[TypedNumber, str | None]]:
    """Each number with its E.164 form. `BadInput` names the one that is none: `numbers[2]`."""
    _check_count("numbers", numbers, NUMBERS_LIMIT)
    rows: list[tuple[TypedNumber, str | None]] = []
    for index, each in enumerate(numbers):
        number = TypedNumber(each) if isinstance(each, str) else each
        parsed = parse_number(number.typed, region)
        if parsed.problem not in (None, NumberProblem.EXTENSION):
            shown = number.typed[:TYPED_LIMIT]
            raise BadInput(f"numbers[{index}]", f"{shown!r} is no phone number ({parsed.problem})")
        rows.append((TypedNumber(number.typed.strip(), number.kind), parsed.e164))
    return rows


def clean_emails(emails: Sequence[str | TypedEmail]) -> list[tuple[TypedEmail, str]]:
    """Each address with the form in which it is compared. `BadInput` names the one that is none: `emails[2]`."""
    _check_count("emails", emails, EMAILS_LIMIT)
    rows: list[tuple[TypedEmail, str]] = []
    for index, each in enumerate(emails):
        email = TypedEmail(each) if isinstance(each, str) else each
        address = normalise_email(email.typed, f"emails[{index}]")
        rows.append((TypedEmail(email.typed.strip()[: ADDRESS_LIMIT + 10], email.kind), address))
    return rows


def clean_tags(tags: Sequence[str]) -> dict[str, str]:
    """Tags by the form in which they are compared, each once. `BadInput` names the one that can't be taken."""
    _check_count("tags", tags, TAGS_LIMIT)
    names = [clean_name(tag, f"tags[{index}]", TAG_LIMIT) for index, tag in enumerate(tags)]
    return {fold(name)[: 3 * TAG_LIMIT]: name for name in names}


def clean_text(text: str | None, field: str, limit: int = TEXT_LIMIT) -> str:
    """A text of several lines as it is stored. `BadInput` when it is too long or holds what no text holds."""
    cleaned = unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n")).strip()
    if len(cleaned) > limit:
        raise BadInput(field, f"must have at most {limit} characters, has {len(cleaned)}")
    if any(character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cs"} for character in cleaned):
        raise BadInput(field, "must not hold control characters")
    return cleaned


def search_text(names: Iterable[str | None], numbers: Iterable[NumberColumns], emails: Iterable[EmailColumns]) -> str:
    """What the search box looks through: names, numbers and addresses, without regard to case."""
    parts = [name for name in names if name]
    for number in numbers:
        digits = "".join(filter(str.isdecimal, number.typed))
        parts += [number.typed, number.e164 or "", digits]
    parts += [email.address for email in emails]
    return fold("\n".join(parts))


def _check_count(field: str, given: Sequence[object], limit: int) -> None:
    if len(given) > limit:
        raise BadInput(field, f"at most {limit} {field}, got {len(given)}")
