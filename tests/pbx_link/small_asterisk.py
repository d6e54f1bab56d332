"""A real Asterisk with the smallest configuration that makes channels talk, for the link alone."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from pathlib import Path

from ringdesk.asterisk.packages import UnpackedSet

SECRET = "right-secret"
# Least privilege, as Ringdesk's own user has it, and one who may do everything.
USER, POWERFUL, POWERLESS = "ringdesk", "powerful", "powerless"

MODULES = [
    "pbx_config",
    "app_dial",
    "app_echo",
    "app_playback",
    "app_queue",
    "app_chanspy",
    "app_userevent",
    "app_verbose",
    "chan_pjsip",
    "res_musiconhold",
    "res_mutestream",
    "res_timing_timerfd",
    "res_sorcery_config",
    "res_sorcery_memory",
    "res_sorcery_astdb",
    "res_pjproject",
    "res_pjsip",
    "res_pjsip_session",
    "res_rtp_asterisk",
    "res_features",
    "res_manager_devicestate",
    "bridge_simple",
    "bridge_softmix",
    "bridge_holding",
    "bridge_builtin_features",
    "codec_ulaw",
    "codec_resample",
    "format_wav",
    "format_pcm",
    "format_sln",
    "func_channel",
    "func_math",
    "app_senddtmf",
    "func_callerid",
    "func_global",
    "func_logic",
]

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
; As many events as it can make, until it is hung up.
exten => flood,1,Answer(,i)
 same => n,Set(COUNT=0)
 same => n(more),UserEvent(Flood,Name: สวัสดีชาวโลก,Number: ${INC(COUNT)})
 same => n,Goto(more)
[ringdesk-play]
exten => s,1,Answer(,i)
 same => n,Wait(0.1)
 same => n,Playback(${RD_PLAY})
 same => n,Hangup()
"""


class SmallAsterisk:
    """Runs while it is entered. `start` and `stop` are for tests of a restart."""

    def __init__(self, programs: UnpackedSet, state: Path) -> None:
        self.programs = programs
        self.state = state
        self.ami_port = _free_port(socket.SOCK_STREAM)
        self.sip_port = _free_port(socket.SOCK_DGRAM)
        self._process: subprocess.Popen[bytes] | None = None
        self._write_configuration()

    def __enter__(self) -> SmallAsterisk:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def sounds(self) -> Path:
        return self.programs.root / "usr/share/asterisk/sounds/en_US_f_Allison"

    def start(self) -> None:
        """Return when it is fully booted."""
        with (self.state / "log/output").open("ab") as output:
            self._process = subprocess.Popen(self._command("-f", "-n"), stdout=output, stderr=output)
        deadline = time.monotonic() + 60
        while "fully booted" not in self.console("core waitfullybooted").lower():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.state / "log/output").read_text()[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill it: no farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    def console(self, command: str) -> str:
        done = subprocess.run(self._command("-rx", command), capture_output=True, text=True, timeout=60, check=False)
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        return self.programs.command("usr/sbin/asterisk", "-C", str(self.state / "etc/asterisk.conf"), *arguments)

    def _write_configuration(self) -> None:
        for directory in ("etc", "run", "log", "spool", "db", "keys", "lib"):
            (self.state / directory).mkdir(parents=True)
        modules = next(self.programs.root.glob("usr/lib/*/asterisk/modules"))
        s, data = self.state, self.programs.root / "usr/share/asterisk"
        files = {
            "asterisk.conf": f"""
                [directories]
                astetcdir => {s}/etc
                astmoddir => {modules}
                astvarlibdir => {s}/lib
                astdbdir => {s}/db
                astkeydir => {s}/keys
                astdatadir => {data}
                astagidir => {s}/lib
                astspooldir => {s}/spool
                astrundir => {s}/run
                astlogdir => {s}/log
                """,
            "manager.conf": f"""
                [general]
                enabled=yes
                bindaddr=127.0.0.1
                port={self.ami_port}
                channelvars=RD_CALL,RD_QUEUE
                timestampevents=yes
                [{USER}]
                secret={SECRET}
                writetimeout=5000
                read=system,call,agent,user
                write=call,agent,originate,reporting
                eventfilter(action(exclude),name(VarSet)) =
                eventfilter(action(exclude),name(Newexten)) =
                eventfilter(action(exclude),name(MusicOnHoldStart)) =
                eventfilter(action(exclude),name(MusicOnHoldStop)) =
                [{POWERLESS}]
                secret={SECRET}
                read=call
                write=user
                [{POWERFUL}]
                secret={SECRET}
                read=all
                write=all
                """,
            "modules.conf": "[modules]\nautoload=no\n" + "".join(f"load={module}.so\n" for module in MODULES),
            "pjsip.conf": f"""
                [udp]
                type=transport
                protocol=udp
                bind=127.0.0.1:{self.sip_port}
                [1001]
                type=endpoint
                aors=1001
                context=t
                disallow=all
                allow=ulaw
                [1001]
                type=aor
                max_contacts=1
                contact=sip:1001@127.0.0.1:9
                """,
            "queues.conf": "[general]\n[sales]\nmember => Local/wait@t/n\n",
            "musiconhold.conf": f"[default]\nmode=files\ndirectory={data}/moh\n",
            "extensions.conf": DIALPLAN,
        }
        for name in ("logger", "features", "rtp", "http", "cdr", "cel", "acl", "udptl", "ccss", "indications"):
            files[f"{name}.conf"] = ""
        for name, content in files.items():
            lines = (line.strip() for line in content.splitlines())
            (self.state / "etc" / name).write_text("\n".join(lines) + "\n")


def _free_port(kind: socket.SocketKind) -> int:
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
