"""`/api/v1/desk`: what an agent does with the call on their desk."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web
from aiohttp_pydantic.oas.typing import r204
from pydantic import BaseModel

from accounts.rights import Action, Owner, Thing
from kernel.messages import CommandNotAnswered
from pbx.errors import AmiError, CommandFailed
from queue_router.agents import UnknownAgent
from web.calls import CallId
from web.problems import ProblemError
from web.views import View


class CallToEnd(BaseModel, extra="forbid"):
    """The call to end."""

    call_id: CallId


class HangUp(View):
    async def post(self, call: CallToEnd) -> r204:
        """End one's own part in a call that one talks on: the phone is hung up.

        409 where that call is not talking at one's phone, 503 where the PBX does not carry it out.

        Tags: agents
        """
        self.require(Action.CHANGE, Thing.AGENT_STATE, Owner.user(self.user.id))
        agent = self.services.agents.find(self.user.id)
        if agent is None:
            raise UnknownAgent("you take no calls: no phone was given to you")
        channels = [channel for channel, leg in agent.legs.items() if leg.call_id == call.call_id and leg.is_talking]
        if not channels:
            raise ProblemError(HTTPStatus.CONFLICT, "this call is not talking at your phone")
        line = self.services.line
        if line is None:
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "no PBX is connected")
        try:
            await asyncio.gather(*(line.hang_up(channel) for channel in channels))
        except CommandFailed as error:
            if not any(channel in agent.legs for channel in channels):
                return web.Response(status=204)  # the other side was quicker
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
        except (AmiError, CommandNotAnswered) as error:
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
        return web.Response(status=204)
