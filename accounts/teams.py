"""Teams: who works with whom. Rights that reach a team reach the people of all teams that somebody is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from accounts.errors import BadInput
from accounts.rights import EVERYBODY
from accounts.users import User, clean_name
from kernel.database import Base, UTCDateTime

NAME_LIMIT = 100


class Team(Base):
    """A team."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LIMIT), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime())


class TeamMember(Base):
    """That a user is in a team."""

    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)


async def add_team(session: AsyncSession, *, name: str, now: datetime) -> Team:
    """Add a team. `BadInput` when the name is taken, or cannot be one."""
    team = Team(name=await _free_name(session, name), created_at=now)
    session.add(team)
    await session.flush()
    return team


async def rename_team(session: AsyncSession, team: Team, name: str) -> None:
    """Give a team another name. `BadInput` when it is taken, or cannot be one."""
    if clean_name(name, limit=NAME_LIMIT) != team.name:
        team.name = await _free_name(session, name)


async def _free_name(session: AsyncSession, name: str) -> str:
    name = clean_name(name, limit=NAME_LIMIT)
    if name.casefold() == EVERYBODY:
        raise BadInput("name", f"{name!r} is kept for those who are in no team")
    if await session.scalar(select(Team.id).where(Team.name == name)) is not None:
        raise BadInput("name", f"{name!r} is taken")
    return name


async def set_members(session: AsyncSession, team_id: int, user_ids: Iterable[int]) -> None:
    """Make exactly these the people of a team. `BadInput` names the first who is nobody."""
    wanted = list(dict.fromkeys(user_ids))
    known = set(await session.scalars(select(User.id).where(User.id.in_(wanted))))
    for index, user_id in enumerate(wanted):
        if user_id not in known:
            raise BadInput(f"members[{index}]", f"there is no user {user_id}")
    await session.execute(delete(TeamMember).where(TeamMember.team_id == team_id))
    session.add_all(TeamMember(team_id=team_id, user_id=user_id) for user_id in wanted)
    await session.flush()


async def remove_team(session: AsyncSession, team: Team, move_members_to: int | None) -> None:
    """Remove a team; its people go into another where one is given."""
    if move_members_to is not None:
        people = await members_of(session, [team.id, move_members_to])
        there = set(people[move_members_to])
        session.add_all(
            TeamMember(team_id=move_members_to, user_id=user_id) for user_id in people[team.id] if user_id not in there
        )
    await session.delete(team)
    await session.flush()


async def set_teams(session: AsyncSession, user_id: int, team_ids: Iterable[int]) -> None:
    """Make exactly these the teams of a user. `BadInput` names the first that is none."""
    wanted = list(dict.fromkeys(team_ids))
    known = set(await session.scalars(select(Team.id).where(Team.id.in_(wanted))))
    for index, team_id in enumerate(wanted):
        if team_id not in known:
            raise BadInput(f"team_ids[{index}]", f"there is no team {team_id}")
    await session.execute(delete(TeamMember).where(TeamMember.user_id == user_id))
    session.add_all(TeamMember(team_id=team_id, user_id=user_id) for team_id in wanted)
    await session.flush()


async def teams_of(session: AsyncSession, user_ids: Iterable[int]) -> Mapping[int, list[Team]]:
    """The teams of each of these users, in order of name."""
    found: dict[int, list[Team]] = {user_id: [] for user_id in user_ids}
    rows = await session.execute(
        select(TeamMember.user_id, Team)
        .join(Team, Team.id == TeamMember.team_id)
        .where(TeamMember.user_id.in_(found))
        .order_by(Team.name)
    )
    for user_id, team in rows:
        found[user_id].append(team)
    return found


async def members_of(session: AsyncSession, team_ids: Iterable[int]) -> Mapping[int, list[int]]:
    """The users of each of these teams, by their ids."""
    found: dict[int, list[int]] = {team_id: [] for team_id in team_ids}
    rows = await session.execute(
        select(TeamMember.team_id, TeamMember.user_id)
        .where(TeamMember.team_id.in_(found))
        .order_by(TeamMember.team_id, TeamMember.user_id)
    )
    for team_id, user_id in rows:
        found[team_id].append(user_id)
    return found


async def team_names_of(session: AsyncSession, user_id: int) -> frozenset[str]:
    """The teams of a user as rights see them: who is in no team is in `EVERYBODY`."""
    names = await session.scalars(
        select(Team.name).join(TeamMember, TeamMember.team_id == Team.id).where(TeamMember.user_id == user_id)
    )
    return frozenset(names) or frozenset({EVERYBODY})


async def colleagues_of(session: AsyncSession, user_id: int) -> frozenset[int]:
    """Who is in a team with that user; of who is in none: all the others who are in none. They themselves always."""
    mine, theirs = aliased(TeamMember), aliased(TeamMember)
    found = set(
        await session.scalars(
            select(theirs.user_id).join(mine, mine.team_id == theirs.team_id).where(mine.user_id == user_id)
        )
    )
    if not found:
        found = set(await session.scalars(select(User.id).where(~exists().where(TeamMember.user_id == User.id))))
    return frozenset(found | {user_id})
