"""The certificate with which we serve https and wss, and how a new one comes in while people work."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from kernel.errors import Complaint


class CertificateError(Complaint):
    """Certificate and key can't be used. The message names the setting, the file, and what is wrong with it."""


@dataclass(slots=True)
class Certificate:
    """A certificate chain and its key, in PEM files. `CertificateError` where they can't be used."""

    certificate: Path
    key: Path
    context: ssl.SSLContext = field(init=False, repr=False)
    """What the server listens with."""

    def __post_init__(self) -> None:
        self.context = self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2

    def reload(self) -> None:
        """Read the files again: who connects from now on gets what they hold; who is connected stays so.

        Where they can't be used, all is as before, and `CertificateError` says why.
        """
        self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        self._load(self.context)

    def _load(self, context: ssl.SSLContext) -> ssl.SSLContext:
        for setting, path in (("http.certificate", self.certificate), ("http.key", self.key)):
            try:
                content = path.read_bytes()
            except OSError as error:
                raise CertificateError(f"{setting}: {path}: {error.strerror}") from error
            if b"-----BEGIN " not in content:
                raise CertificateError(f"{setting}: {path} is no PEM file")
        try:
            context.load_cert_chain(self.certificate, self.key, password=self._no_password)
        except ssl.SSLError as error:
            raise CertificateError(self._told(error)) from error
        return context

    def _no_password(self) -> str:
        raise CertificateError(f"http.key: {self.key} is locked with a password; it must be a key without one")

    def _told(self, error: ssl.SSLError) -> str:
        if error.reason == "KEY_VALUES_MISMATCH":
            return f"http.key: {self.key} is not the key of {self.certificate}"
        if b"PRIVATE KEY-----" not in self.key.read_bytes():
            return f"http.key: {self.key} holds no private key"
        if b"CERTIFICATE-----" not in self.certificate.read_bytes():
            return f"http.certificate: {self.certificate} holds no certificate"
        return f"http.certificate: {self.certificate} and {self.key} can't be used ({error.reason or error})"
