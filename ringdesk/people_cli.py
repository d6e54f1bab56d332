"""`ringdesk user`: people and their tokens, from the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.audit import COMMAND_LINE, note
from accounts.errors import BadInput
from accounts.passwords import Passwords, checked, generated_password
from accounts.roles import actor_for, checked_role, seed_roles
from accounts.sessions import end_sessions_of
from accounts.sign_in import keep_password
from accounts.tokens import checked_scopes, create_token
from accounts.users import Role, User, add_user, change_user, find_user
from kernel.clock import SystemClock
from kernel.database import Database
from queue_router.agents import AgentRow, add_agent
from ringdesk.options import ConfigOption
from ringdesk.settings import Settings, load_settings
from ringdesk.told import told

T = TypeVar("T")

user_app = typer.Typer(no_args_is_help=True, help="People who work with Ringdesk, and the tokens they sign in with.")


@user_app.command("add")
def add(
    login: Annotated[str, typer.Argument(help="What they sign in as, e.g. anna.")],
    name: Annotated[str, typer.Option(help="Their name, as colleagues see it.")],
    role: Annotated[
        str, typer.Option(help="What they may do: agent, supervisor, manager, admin, or a role of yours.")
    ] = Role.AGENT,
    phone: Annotated[str | None, typer.Option(help="The account of the phone at which they take calls.")] = None,
    config: ConfigOption = None,
) -> None:
    """Add a person. A running service knows of a new agent within ten seconds.

    The phone has to be there: in the settings before the first start, in the panel afterwards.
    """
    with told():
        if phone:
            _require_phone(load_settings(config), phone)

    async def work(session: AsyncSession) -> None:
        now = SystemClock().now()
        await seed_roles(session)  # the service may never have been started
        user = await add_user(session, login=login, name=name, role=await checked_role(session, role), now=now)
        if phone:
            await add_agent(session, user.id, phone, now)
        after = {"login": user.login, "name": user.name, "role": user.role, "phone": phone}
        note(session, COMMAND_LINE, "create", "user", user.id, now=now, after=after)

    _in_transaction(config, work)
    typer.echo(
        f"{login} is added. A password to sign in with: ringdesk user passwd {login}; "
        f"a token for a program: ringdesk user token {login}"
    )


@user_app.command("passwd")
def passwd(
    login: Annotated[str, typer.Argument(help="Whose password.")],
    generate: Annotated[bool, typer.Option("--generate", help="Make one, and show it this once.")] = False,
    config: ConfigOption = None,
) -> None:
    """Set a password: asked for twice, or the first line of standard input. All sessions of that person end."""
    if generate:
        password = generated_password()
    elif sys.stdin.isatty():
        password = typer.prompt("New password", hide_input=True, confirmation_prompt="The same again")
    else:
        password = sys.stdin.readline().rstrip("\r\n")

    async def work(session: AsyncSession) -> None:
        user = await _somebody(session, login)
        hashed = await Passwords().hash(checked(password, user.login))
        await keep_password(session, user, hashed, COMMAND_LINE, now=SystemClock().now())

    _in_transaction(config, work)
    typer.echo(password if generate else f"{login} has a new password.")


@user_app.command("deactivate")
def deactivate(
    login: Annotated[str, typer.Argument(help="Who may not come in any more.")], config: ConfigOption = None
) -> None:
    """Let a person in no more: their sessions end, their tokens are no good. Their calls and notes keep their name."""
    _set_active(config, login, active=False)
    typer.echo(f"{login} is not active any more. A running service lets them go within a minute.")


@user_app.command("activate")
def activate(login: Annotated[str, typer.Argument(help="Who may come in again.")], config: ConfigOption = None) -> None:
    """Let a person in again, with the password and the tokens that they had."""
    _set_active(config, login, active=True)
    typer.echo(f"{login} is active.")


def _set_active(config: Path | None, login: str, *, active: bool) -> None:
    async def work(session: AsyncSession) -> None:
        now = SystemClock().now()
        user = await _somebody(session, login)
        before = {"active": user.active}
        await change_user(session, user, active=active)
        if not active:
            await end_sessions_of(session, user.id, now)
        note(session, COMMAND_LINE, "change", "user", user.id, now=now, before=before, after={"active": active})

    _in_transaction(config, work)


@user_app.command("token")
def token(
    login: Annotated[str, typer.Argument(help="Whose token.")],
    label: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it is good for, e.g. read:contact or write:task; several times for several. All else."),
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="How long it is good; for ever without.")] = None,
    config: ConfigOption = None,
) -> None:
    """Make a token to sign in with. It is shown this once."""

    async def work(session: AsyncSession) -> str:
        now = SystemClock().now()
        user = await _somebody(session, login)
        await seed_roles(session)  # the service may never have been started
        scopes = checked_scopes(scope, await actor_for(session, user)) if scope else None
        expires_at = now + timedelta(days=days) if days else None
        issued = await create_token(session, user.id, label=label, now=now, expires_at=expires_at, scopes=scopes)
        after = {"user_id": user.id, "label": label, "scopes": scopes, "expires_at": expires_at}
        note(session, COMMAND_LINE, "create", "token", issued.id, now=now, after=after)
        return issued.secret

    typer.echo(_in_transaction(config, work))


@user_app.command("list")
def list_(config: ConfigOption = None) -> None:
    """List the people."""

    async def work(session: AsyncSession) -> list[tuple[User, str | None]]:
        rows = await session.execute(
            select(User, AgentRow.account).outerjoin(AgentRow, AgentRow.user_id == User.id).order_by(User.login)
        )
        return [(user, account) for user, account in rows.tuples()]

    found = _in_transaction(config, work)
    for user, account in found:
        left = "" if user.active else "  (not active)"
        typer.echo(f"{user.login:20} {user.role:12} {account or '-':8} {user.name}{left}")
    if not found:
        typer.echo("Nobody yet. Add somebody: ringdesk user add anna --name 'Anna Petrova' --phone 1001", err=True)


def _require_phone(settings: Settings, account: str) -> None:
    """`BadInput` where Asterisk is told of no phone with that account: its calls would go nowhere."""
    from ringdesk.publishing import known_config  # slow to import: every other command would wait

    known = [phone.account for phone in asyncio.run(known_config(settings)).phones]
    if account not in known:
        there = f"there are {', '.join(known[:20])}{' …' if len(known) > 20 else ''}" if known else "there are none yet"
        raise BadInput(
            "phone",
            f"there is no phone {account!r} ({there}): add it in the panel, or before the first start in the settings",
        )


async def _somebody(session: AsyncSession, login: str) -> User:
    user = await find_user(session, login)
    if user is None:
        raise BadInput("login", f"there is no {login!r}")
    return user


def _in_transaction(config: Path | None, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    from ringdesk import schema  # slow to import: every other command would wait

    async def run() -> T:
        database = Database(load_settings(config).effective_database_url)
        try:
            await schema.upgrade(database)
            async with database.transaction() as session:
                return await work(session)
        finally:
            await database.close()

    with told():
        return asyncio.run(run())
