"""https and wss with a real client, and what is said of certificates that can't be used."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tests.web.house import House
from web.application import start
from web.tls import Certificate, CertificateError

PASSWORD = "a long enough password"


@dataclass
class Files:
    """An authority, and the files of a certificate of it for this machine."""

    directory: Path
    authority: trustme.CA

    @property
    def certificate(self) -> Path:
        return self.directory / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.directory / "key.pem"

    def issue(self) -> None:
        """Write another certificate with another key."""
        issued = self.authority.issue_cert("127.0.0.1")
        self.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        self.key.write_bytes(issued.private_key_pem.bytes())

    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context


@pytest.fixture
def files(tmp_path: Path) -> Files:
    files = Files(tmp_path, trustme.CA())
    files.issue()
    return files


@pytest.fixture
async def address(house: House, files: Files) -> AsyncIterator[tuple[str, Certificate]]:
    certificate = Certificate(files.certificate, files.key)
    runner, port = await start(house.app, "127.0.0.1", 0, certificate.context)
    yield f"127.0.0.1:{port}", certificate
    await runner.cleanup()


async def certificate_at(port: int, trusting: ssl.SSLContext) -> bytes:
    """What whoever connects now is shown."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    assert isinstance(shown, bytes)
    return shown


async def test_a_browser_signs_in_and_listens_over_tls(
    house: House, files: Files, address: tuple[str, Certificate]
) -> None:
    await house.add_person("anna", account="1001", password=PASSWORD)
    where = address[0]
    connector = aiohttp.TCPConnector(ssl=files.trusting())
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        headers = {"Origin": f"https://{where}"}
        body = {"login": "anna", "password": PASSWORD}
        async with client.post(f"https://{where}/api/v1/session", json=body, headers=headers) as response:
            assert response.status == 201
            assert response.cookies["ringdesk_session"]["secure"]
            assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
        async with client.ws_connect(f"wss://{where}/live", headers=headers) as screen:
            await screen.send_json({"type": "sign_in"})
            assert (await screen.receive_json(timeout=10))["type"] == "signed_in"
        async with client.ws_connect(f"wss://{where}/live", headers=headers) as screen:
            assert not screen.closed


async def test_nothing_is_told_of_tls_without(house: House) -> None:
    async with house.client.get("/") as response:
        assert "Strict-Transport-Security" not in response.headers


async def test_a_new_certificate_comes_in_and_a_bad_one_does_not(
    files: Files, address: tuple[str, Certificate]
) -> None:
    port, certificate = int(address[0].split(":")[1]), address[1]
    first = await certificate_at(port, files.trusting())
    files.issue()
    certificate.reload()
    second = await certificate_at(port, files.trusting())
    assert second != first
    files.key.write_bytes(trustme.CA().issue_cert("127.0.0.1").private_key_pem.bytes())
    with pytest.raises(CertificateError, match="is not the key of"):
        certificate.reload()
    assert await certificate_at(port, files.trusting()) == second


def test_what_is_wrong_with_a_certificate_is_told(files: Files, tmp_path: Path) -> None:
    def told(certificate: Path, key: Path) -> str:
        with pytest.raises(CertificateError) as caught:
            Certificate(certificate, key)
        return str(caught.value)

    absent, empty, locked = tmp_path / "absent.pem", tmp_path / "empty.pem", tmp_path / "locked.pem"
    empty.write_text("no PEM")
    key = load_pem_private_key(files.key.read_bytes(), None)
    locked.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    other = trustme.CA().issue_cert("127.0.0.1").private_key_pem
    other.write_to_path(tmp_path / "other.pem")
    assert told(absent, files.key) == f"http.certificate: {absent}: No such file or directory"
    assert told(files.certificate, absent) == f"http.key: {absent}: No such file or directory"
    assert told(tmp_path, files.key) == f"http.certificate: {tmp_path}: Is a directory"
    assert told(files.certificate, empty) == f"http.key: {empty} is no PEM file"
    assert told(files.certificate, files.certificate) == f"http.key: {files.certificate} holds no private key"
    assert told(files.key, files.key) == f"http.certificate: {files.key} holds no certificate"
    assert told(files.certificate, locked).startswith(f"http.key: {locked} is locked with a password")
    assert told(files.certificate, tmp_path / "other.pem").endswith(f"is not the key of {files.certificate}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_the_service_reads_its_certificate_again_at_sighup(files: Files, tmp_path: Path) -> None:
    settings = tmp_path / "ringdesk.toml"
    settings.write_text(
        f'state = "{tmp_path / "state"}"\n[http]\nport = 0\ncertificate = "{files.certificate}"\nkey = "{files.key}"\n'
        f"[pbx.main.ports]\nami = {free_port()}\nagi = {free_port()}\n"
    )
    command = [str(Path(sys.executable).parent / "ringdesk"), "serve", "--config", str(settings)]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(90):
            url = await said(process.stdout, "Ringdesk is at ")
            assert url.startswith("https://127.0.0.1:")
            port = int(url.rpartition(":")[2])
            first = await certificate_at(port, files.trusting())
            files.issue()
            os.kill(process.pid, signal.SIGHUP)
            await said(process.stdout, "the certificate was read again")
            assert await certificate_at(port, files.trusting()) != first
            files.key.write_text("no PEM")
            os.kill(process.pid, signal.SIGHUP)
            await said(process.stdout, "the certificate stays what it was")
            process.terminate()
            await process.stdout.read()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def said(output: asyncio.StreamReader, text: str) -> str:
    """What stands behind `text` in the line that has it."""
    before = b""
    while line := await output.readline():
        before += line
        if text in line.decode():
            return line.decode().partition(text)[2].strip()
    raise AssertionError(before.decode())
