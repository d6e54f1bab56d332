"""A real Asterisk for tests: our rendered configuration, extensions of the tests' own, private ports and state."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from dialplan.config import Outbound, PbxConfig, Phone, Queue, Trunk
from dialplan.render import render
from ringdesk.asterisk.instance import AsteriskInstance, Running
from ringdesk.asterisk.ports import free_asterisk_ports, free_ports
from tests.telephony.ami import Ami

ACCOUNTS = {
    "1001": "Ann Agent",
    "1002": "Борис Орлов",
    "1003": "สมชาย ใจดี",
    "1004": 'Dora "Dee" Quote',
    "1005": "Emil",
    "1006": "Faye",
}
ODD_PHONES = ("3001", "3002", "3003")
"""Accounts behind which sipp plays a phone that does what a real one rarely does; 3003 is the carrier outside, too."""
SECRET = "only-for-tests"
RING_GROUP, FORWARDED, IVR, WITHOUT_N, WITH_N, QUEUE, ANNOUNCED = "5000", "5001", "5002", "5003", "5004", "5005", "5006"
BOTH_AT_ONCE, NOBODY = "5007", "5008"

DIALPLAN = f"""
[ringdesk-from-phones](+)
; A ring group.
exten => {RING_GROUP},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Dial(PJSIP/1002&PJSIP/1003,5,tTkK)
 same => n,Hangup(${{HANGUPCAUSE}})
; An extension that its owner forwarded to 1003.
exten => {FORWARDED},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Dial(Local/1003@ringdesk-from-phones,15)
 same => n,Hangup(${{HANGUPCAUSE}})
; A menu that answers and listens.
exten => {IVR},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Answer(,i)
 same => n,Read(choice,demo-instruct,1)
 same => n,GotoIf($["${{choice}}" = "2"]?1002,1)
 same => n,Hangup()
exten => {WITHOUT_N},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Dial(Local/1002@ringdesk-from-phones&Local/1003@ringdesk-from-phones,15)
 same => n,Hangup(${{HANGUPCAUSE}})
exten => {WITH_N},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Dial(Local/1002@ringdesk-from-phones/n,15)
 same => n,Hangup(${{HANGUPCAUSE}})
exten => {QUEUE},1,Goto(ringdesk-from-phones,+6621234567,1)
exten => {BOTH_AT_ONCE},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Dial(PJSIP/3001&PJSIP/3002,15,tTkK)
 same => n,Hangup(${{HANGUPCAUSE}})
; Early media, then nobody answers.
exten => {ANNOUNCED},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Progress()
 same => n,Playback(vm-nobodyavail,noanswer)
 same => n,Hangup(19)
; Odd phones.
exten => _300X,1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Dial(PJSIP/${{EXTEN}},6,tTkK)
 same => n,Hangup(${{HANGUPCAUSE}})
; Rings shortly.
exten => {NOBODY},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Dial(PJSIP/1002,2)
 same => n,Hangup(19)
"""

MANAGER = """
[everything]
secret = {secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = all
write = all
"""


def pbx_config(recordings: Path, carrier_port: int) -> PbxConfig:
    """Six desk phones, a trunk for callers on this machine, two numbers, two queues with three members each."""
    everyone = ("1001", "1002", "1003")
    return PbxConfig(
        ports=free_asterisk_ports(),
        recordings=recordings,
        phones=[Phone(account=account, secret=SECRET, name=name) for account, name in ACCOUNTS.items()],
        trunks=[
            Trunk(name="provider", match=["127.0.0.1"]),
            # Calls to the outside go to an odd phone; nothing comes from there.
            Trunk(name="carrier", host="127.0.0.1", port=carrier_port, match=["127.0.0.2"]),
        ],
        outbound=Outbound(trunk="carrier", prefixes=["+66", "+7"]),
        queues=[
            Queue(
                name="support", label="Support", members=everyone, strategy="linear", ring_seconds=3, wrap_up_seconds=0
            ),
            Queue(
                name="sales", label="Продажи", members=everyone, strategy="ringall", ring_seconds=10, wrap_up_seconds=0
            ),
        ],
        numbers={"+6621234567": "support", "+74951234567": "sales"},
    )


class RealPbx:
    """Asterisk with that configuration; `with` starts it and ends it. `odd_ports` are where sipp listens for each."""

    def __init__(self, directory: Path) -> None:
        self.odd_ports = dict(zip(ODD_PHONES, free_ports(len(ODD_PHONES)), strict=True))
        self.config = pbx_config(directory / "recordings", self.odd_ports["3003"])
        self.config.recordings.mkdir(parents=True)
        self._instance = AsteriskInstance(directory / "state", ports=self.config.ports)
        self._running: Running | None = None

    def __enter__(self) -> Self:
        custom = {
            "extensions_custom.conf": DIALPLAN,
            "manager_custom.conf": MANAGER.format(secret=SECRET),
            "pjsip_custom.conf": "".join(map(self._odd_phone, ODD_PHONES)),
        }
        self._running = self._instance.up({**render(self.config), **custom})
        return self

    def __exit__(self, *_: object) -> None:
        self._instance.down()

    @property
    def pid(self) -> int | None:
        """Asterisk's process, where it is one of this machine's own."""
        return self._running.pid if self._running else None

    @property
    def logs(self) -> Path:
        """Asterisk's log directory."""
        return self._instance.directories.log

    @property
    def registrar(self) -> str:
        return f"127.0.0.1:{self.config.ports.sip_udp}"

    def product_ami(self) -> Ami:
        """A connection of the user that our manager.conf makes: what the product may hear and do."""
        return Ami(self.config.ports.ami, self.config.ami_user, self.config.ami_secret)

    def full_ami(self) -> Ami:
        """A connection that hears everything and may do everything."""
        return Ami(self.config.ports.ami, "everything", SECRET)

    def _odd_phone(self, account: str) -> str:
        # No secret: sipp's calls are told by the user in From, and its place is known beforehand.
        return f"""
[{account}]
type = endpoint
context = ringdesk-from-phones
identify_by = username
aors = {account}
disallow = all
allow = ulaw
callerid = "Odd {account}" <{account}>
direct_media = no
rtp_symmetric = yes
media_address = 127.0.0.1
[{account}]
type = aor
contact = sip:{account}@127.0.0.1:{self.odd_ports[account]}
"""
