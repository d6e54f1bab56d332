"""From the settings of a PBX to those of the link to it."""

from __future__ import annotations

from dialplan.config import PbxConfig
from pbx.link import AmiSettings


def ami_settings(pbx: PbxConfig) -> AmiSettings:
    """Where and as whom we speak to the manager interface of `pbx`."""
    return AmiSettings(
        host="127.0.0.1", port=pbx.ports.ami, username=pbx.ami_user, secret=pbx.ami_secret, node=pbx.node
    )
