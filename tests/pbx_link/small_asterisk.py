"""A real Asterisk as the product configures it, with a few extensions and AMI users more, for the link alone."""

from __future__ import annotations

from pathlib import Path

from dialplan.render import render
from ringdesk.asterisk.instance import AsteriskInstance
from tests.pbx_instance import installed_way, small_config
from tests.tools import require_tool

SECRET = "right-secret"
# Ringdesk's own user with its least privilege, one who may do everything, and one who may do nothing.
USER, POWERFUL, POWERLESS = "ringdesk", "powerful", "powerless"

USERS = f"""
[{POWERLESS}]
secret={SECRET}
read=call
write=user
[{POWERFUL}]
secret={SECRET}
read=all
write=all
"""
QUEUES = """
[sales]
member => Local/wait@t/n
"""
DIALPLAN = """
[t]
exten => wait,1,Answer(,i)
 same => n,Wait(600)
exten => music,1,Answer(,i)
 same => n,MusicOnHold()
exten => ring,1,Ringing()
 same => n,Wait(600)
exten => pair,1,Dial(Local/wait@t/n)
exten => busy,1,Busy(1)
exten => hold-for-agent,1,Answer(,i)
 same => n,Wait(600)
exten => offer,1,Dial(Local/wait@t/n)
exten => echo,1,Answer(,i)
 same => n,Echo()
exten => thai,1,Answer(,i)
 same => n,UserEvent(Greeting,Name: สวัสดีชาวโลก)
 same => n,Wait(600)
; Events as fast as it can make them. Not without end: it makes them faster than its manager interface tells them, and
; what piles up there would be the next test's.
exten => flood,1,Answer(,i)
 same => n,Set(COUNT=0)
 same => n(more),UserEvent(Flood,Name: สวัสดีชาวโลก,Number: ${INC(COUNT)})
 same => n,GotoIf($[${COUNT} < 3000]?more)
 same => n,Wait(600)
[ringdesk-play]
exten => s,1,Answer(,i)
 same => n,Wait(0.1)
 same => n,Playback(${RD_PLAY})
 same => n,Hangup()
"""


class SmallAsterisk:
    """Runs while it is entered; may be entered again."""

    def __init__(self, state: Path) -> None:
        config = small_config(state).model_copy(update={"ami_secret": SECRET})
        self._files = {
            **render(config),
            "extensions_custom.conf": DIALPLAN,
            "manager_custom.conf": USERS,
            "queues_custom.conf": QUEUES,
        }
        self._instance = AsteriskInstance(
            state / "asterisk", ports=config.ports, sip_address=config.sip_address, via=installed_way()
        )
        self.ami_port = config.ports.ami

    def __enter__(self) -> SmallAsterisk:
        self._instance.up(self._files)
        return self

    def __exit__(self, *_: object) -> None:
        self._instance.down()

    @property
    def sounds(self) -> Path:
        return require_tool("asterisk").root / "usr/share/asterisk/sounds/en_US_f_Allison"

    def console(self, command: str) -> str:
        return self._instance.console(command)
