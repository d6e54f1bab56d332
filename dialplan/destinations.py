"""Where a call may be led to: kinds of destination, as checked values that can stand in a dialplan."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from dialplan.names import Account, SafeName

DEFAULT_RING_SECONDS = 25

_SOUND = re.compile(r"[A-Za-z0-9_+-]{1,64}(/[A-Za-z0-9_+-]{1,64}){0,3}")


def _sound(value: str) -> str:
    # No dot and no slash in front: it can't lead out of the directory of Asterisk's sounds.
    if not _SOUND.fullmatch(value) or len(value) > 64:
        raise ValueError(
            "use the name of a sound as Asterisk knows it, without its ending: letters a-z, A-Z, digits, '_', '+', "
            "'-', and '/' between parts; 64 characters at most"
        )
    return value


SoundName = Annotated[str, AfterValidator(_sound)]
RingSeconds = Annotated[int, Field(ge=1, le=300)]


def _kind_is_needed(schema: dict[str, Any]) -> None:
    schema["properties"]["kind"].pop("default", None)
    schema["required"] = ["kind", *schema.get("required", [])]


class _Kind(BaseModel):
    # Only who makes one in Python may leave its kind out: from outside, it says which of them it is.
    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_kind_is_needed)


class ToQueue(_Kind):
    """To whoever serves the queue."""

    kind: Literal["queue"] = "queue"
    queue: SafeName

    def __str__(self) -> str:
        return f"the queue {self.queue}"


class ToExtension(_Kind):
    """To a phone of the company, by its account, for so many seconds. It need not be anybody's."""

    kind: Literal["extension"] = "extension"
    extension: Account
    ring_seconds: RingSeconds = DEFAULT_RING_SECONDS

    def __str__(self) -> str:
        return f"the phone {self.extension}"


class ToAnnouncement(_Kind):
    """A sound of Asterisk's is played, then it is hung up."""

    kind: Literal["announcement"] = "announcement"
    sound: SoundName

    def __str__(self) -> str:
        return f"the announcement {self.sound}"


Destination = Annotated[ToQueue | ToExtension | ToAnnouncement, Field(discriminator="kind")]


def _short(value: Any) -> Any:
    return {"kind": "queue", "queue": value} if isinstance(value, str) else value


Leads = Annotated[Destination, BeforeValidator(_short)]
"""A destination as the settings file has it: a mere name is that of a queue."""
