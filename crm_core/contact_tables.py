"""Tables of contacts: people, their numbers, addresses and tags."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.users import NAME_LIMIT
from crm_core.details import EmailColumns, NumberColumns, TagColumns
from crm_core.folding import SORT_LIMIT
from kernel.database import Base, UTCDateTime


class Contact(Base):
    """A person whom we know.

    `company` is the name of the company with `company_id`, kept here too: whoever looks a caller up, or lists people,
    needs nothing more of it. `CompanyDirectory` and `ContactDirectory` keep the two alike.
    """

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT))
    company: Mapped[str | None] = mapped_column(String(NAME_LIMIT))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="SET NULL"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    notes: Mapped[str] = mapped_column(Text, server_default="")
    sort_name: Mapped[str] = mapped_column(String(SORT_LIMIT))
    """The name without regard to case, in whose order lists stand."""
    search_text: Mapped[str] = mapped_column(Text)
    """Name, company, numbers and addresses without regard to case, for the search box."""
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())
    updated_at: Mapped[datetime | None] = mapped_column(UTCDateTime())

    numbers: Mapped[list[ContactNumber]] = relationship(
        order_by="ContactNumber.id", cascade="all, delete-orphan", lazy="raise"
    )
    emails: Mapped[list[ContactEmail]] = relationship(
        order_by="ContactEmail.id", cascade="all, delete-orphan", lazy="raise"
    )
    tags: Mapped[list[ContactTag]] = relationship(order_by="ContactTag.id", cascade="all, delete-orphan", lazy="raise")

    __table_args__ = (Index(None, "sort_name", "id"),)


class ContactNumber(NumberColumns, Base):
    """A number of a contact."""

    __tablename__ = "contact_numbers"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)


class ContactEmail(EmailColumns, Base):
    """An e-mail address of a contact."""

    __tablename__ = "contact_emails"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)


class ContactTag(TagColumns, Base):
    """A tag of a contact."""

    __tablename__ = "contact_tags"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), index=True)
