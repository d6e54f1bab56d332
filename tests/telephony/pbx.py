"""A real Asterisk for tests: our rendered configuration, extensions of the tests' own, private ports and state."""

from __future__ import annotations

import random
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from dialplan.config import PbxConfig, Phone, Ports, Queue, Trunk
from dialplan.render import render, write
from ringdesk.asterisk.packages import UnpackedSet
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
"""Accounts behind which sipp plays a phone that does something a real one rarely does."""
SECRET = "only-for-tests"
RING_GROUP, FORWARDED, IVR, WITHOUT_N, WITH_N, QUEUE, ANNOUNCED = "5000", "5001", "5002", "5003", "5004", "5005", "5006"
BLACK_HOLE, NOBODY, RING_LONG = "5007", "5008", "5009"

DIALPLAN = f"""
[ringdesk-from-phones](+)
; A ring group.
exten => {RING_GROUP},1,Set(RD_DIALED=${{EXTEN}})
 same => n,Gosub(ringdesk-call-id,s,1(internal))
 same => n,Dial(PJSIP/1002&PJSIP/1003&PJSIP/3001,15,tTkK)
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


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of 127.0.0.1 that nobody used just now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pbx_config(directory: Path) -> PbxConfig:
    """Six desk phones, a trunk for callers on this machine, two numbers, two queues with three members each."""
    first = random.randrange(20_000, 60_000, 200)
    everyone = ("1001", "1002", "1003")
    return PbxConfig(
        ports=Ports(
            sip_udp=free_port(socket.SOCK_DGRAM),
            http=free_port(),
            ami=free_port(),
            agi=free_port(),
            rtp_first=first,
            rtp_last=first + 199,
        ),
        recordings=directory / "recordings",
        phones=[Phone(account=account, secret=SECRET, name=name) for account, name in ACCOUNTS.items()],
        trunks=[Trunk(name="provider", match=["127.0.0.1"])],
        queues=[
            Queue(name="support", label="Support", members=everyone, strategy="linear", ring_seconds=3),
            Queue(name="sales", label="Продажи", members=everyone, strategy="ringall", ring_seconds=10),
        ],
        numbers={"+6621234567": "support", "+74951234567": "sales"},
    )


class RealPbx:
    """Asterisk with that configuration; `with` starts it and ends it. `odd_ports` are where sipp listens for each."""

    def __init__(self, asterisk: UnpackedSet, directory: Path) -> None:
        self._asterisk = asterisk
        self._directory = directory
        self.config = pbx_config(directory)
        self.odd_ports = {account: free_port(socket.SOCK_DGRAM) for account in ODD_PHONES}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def registrar(self) -> str:
        return f"127.0.0.1:{self.config.ports.sip_udp}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def product_ami(self) -> Ami:
        """A connection of the user that our manager.conf makes: what the product may hear and do."""
        return Ami(self.config.ports.ami, self.config.ami_user, self.config.ami_secret)

    def full_ami(self) -> Ami:
        """A connection that hears everything and may do everything."""
        return Ami(self.config.ports.ami, "everything", SECRET)

    def __enter__(self) -> Self:
        self._write_files()
        with (self._directory / "console").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL"),
                    *self._asterisk.command(
                        "usr/sbin/asterisk", "-C", str(self._directory / "etc/asterisk.conf"), "-f"
                    ),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._await_boot(time.monotonic() + 30)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def console(self) -> str:
        """The end of what Asterisk said."""
        return (self._directory / "console").read_text(errors="replace")[-4000:]

    def _await_boot(self, deadline: float) -> None:
        login = f"Action: Login\r\nUsername: everything\r\nSecret: {SECRET}\r\n\r\n".encode()
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.config.ports.ami), 5) as connection:
                    connection.sendall(login)
                    heard = b""
                    while b"FullyBooted" not in heard and (chunk := connection.recv(65536)):
                        heard += chunk
                    if b"FullyBooted" in heard:
                        return
            except OSError:
                # It does not listen yet, and nothing would tell when it does.
                time.sleep(0.05)
        raise AssertionError(f"Asterisk does not start: {self.console()}")

    def _write_files(self) -> None:
        etc = self._directory / "etc"
        write(render(self.config), etc)
        root = self._asterisk.root
        places = {
            "astetcdir": etc,
            "astmoddir": root / "usr/lib" / self._asterisk.architecture.triplet / "asterisk/modules",
            "astdatadir": root / "usr/share/asterisk",
            **{
                f"ast{name}dir": self._directory / name
                for name in ("varlib", "db", "key", "agi", "spool", "run", "log")
            },
        }
        for place in places.values():
            place.mkdir(parents=True, exist_ok=True)
        self.config.recordings.mkdir(exist_ok=True)
        (self._directory / "log/cel-custom").mkdir(exist_ok=True)
        lines = ["[directories]", *(f"{name} => {place}" for name, place in places.items())]
        (etc / "asterisk.conf").write_text("\n".join([*lines, "[options]", "verbose = 3", "maxfiles = 4096", ""]))
        (etc / "extensions_custom.conf").write_text(DIALPLAN)
        (etc / "manager_custom.conf").write_text(MANAGER.format(secret=SECRET))
        (etc / "pjsip_custom.conf").write_text("".join(map(self._odd_phone, ODD_PHONES)))

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
