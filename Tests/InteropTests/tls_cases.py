"""What others think of our TLS, and how the server's certificate is renewed."""

import asyncio
import datetime
import ipaddress
import os
import re
import shutil
import signal
import ssl
from pathlib import Path

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bridge import PACKAGE, Bridge, environment
from harness import Skipped, case, eventually, require
from sockets import Socket

SSLYZE = Path(os.environ.get("DIEMCAU_SSLYZE", PACKAGE / ".build-venv-sslyze" / "bin" / "sslyze"))


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def usage(**chosen: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: chosen.get(name, False) for name in names})


def leaf(issuer: x509.Name, signer, key, days: range) -> bytes:
    """A server's certificate for 127.0.0.1 over `key`, good on these days from now."""
    now = datetime.datetime.now(datetime.timezone.utc)
    identifier = x509.SubjectKeyIdentifier.from_public_key(signer.public_key())
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    return (x509.CertificateBuilder().subject_name(name("localhost")).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days.start))
            .not_valid_after(now + datetime.timedelta(days=days.stop))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost"), address]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
            .sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def serial(text: bytes) -> int:
    return x509.load_pem_x509_certificate(text).serial_number


def key_text(key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


async def served(bridge: Bridge, trust: Path) -> int:
    """The serial number of the certificate that a new connection gets, which must be one that `trust` vouches for."""
    _, writer = await asyncio.open_connection(
        bridge.address, bridge.port, ssl=ssl.create_default_context(cafile=str(trust)))
    text = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(text).serial_number


async def expiry(bridge: Bridge) -> datetime.datetime:
    """When /metrics says that the certificate ends."""
    async with aiohttp.ClientSession() as http:
        async with http.get(f"http://127.0.0.1:{bridge.metrics_port}/metrics") as response:
            text = await response.text()
    found = re.search(r"^diemcau_certificate_expiry_timestamp_seconds (\d+)$", text, re.MULTILINE)
    require(found, "/metrics does not say when the certificate ends")
    return datetime.datetime.fromtimestamp(int(found[1]), datetime.timezone.utc)


def days_left(end: datetime.datetime) -> float:
    return (end - datetime.datetime.now(datetime.timezone.utc)).total_seconds() / 86_400


@case("tls-mozilla-intermediate", limit=90)
async def intermediate(bridge: Bridge) -> str:
    """sslyze finds the server, with the certificate that it made itself, as Mozilla's "intermediate" profile wants."""
    if not SSLYZE.exists():
        raise Skipped("no sslyze here: Tests/InteropTests/install")
    process = await asyncio.create_subprocess_exec(
        SSLYZE, "--mozilla_config=intermediate", f"--certinfo_ca_file={bridge.state / 'authority.pem'}",
        f"127.0.0.1:{bridge.port}", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env=environment())
    output = (await process.communicate())[0].decode()
    _, _, verdict = output.partition("COMPLIANCE AGAINST")
    lines = [line.strip() for line in verdict.splitlines() if f"127.0.0.1:{bridge.port}" in line or "*" in line]
    require(process.returncode == 0 and "OK - Compliant" in verdict, " ".join(lines) or output[-400:])
    suites = output.count("TLS_ECDHE_ECDSA_WITH_") + output.count("TLS_AES_") + output.count("TLS_CHACHA20_")
    return f"compliant; {suites} cipher suites of TLS 1.2 and 1.3"


async def verified(bridge: Bridge, trust: Path) -> None:
    """`openssl verify`, as strict as it can be, believes the certificate in the state folder."""
    process = await asyncio.create_subprocess_exec(
        "openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_ip", "127.0.0.1", "-CAfile", trust,
        bridge.certificate, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    output = (await process.communicate())[0].decode()
    require(process.returncode == 0, f"openssl verify: {output}")


def age(bridge: Bridge) -> int:
    """Puts a certificate of the server's own authority in place that has 20 of its 80 days left: its serial number."""
    authority = x509.load_pem_x509_certificate((bridge.state / "authority.pem").read_bytes())
    signer, key = (serialization.load_pem_private_key((bridge.state / f"{file}.key").read_bytes(), None)
                   for file in ("authority", "certificate"))
    old = leaf(authority.subject, signer, key, range(-60, 20))
    bridge.certificate.write_bytes(old + authority.public_bytes(serialization.Encoding.PEM))
    return serial(old)


@case("certificate-renewal", limit=90, metrics=True)
async def renewal(bridge: Bridge) -> str:
    """A certificate near its end is renewed while the server runs; who has the old file goes on, who is in stays in."""
    copy, token = bridge.folder / "copy.pem", bridge.folder / "token"
    shutil.copy(bridge.certificate, copy)
    token.write_text(await bridge.token("xa-1"))
    first = await served(bridge, copy)
    require(88 < days_left(await expiry(bridge)) < 91, f"at first good until {await expiry(bridge)}")
    await verified(bridge, copy)
    room = ("room", "list", "--url", bridge.url, "--ca", str(copy), "--token-file", str(token))
    await bridge.program.run(*room)
    async with Socket(bridge, await bridge.token("tinh", "operator")) as present:
        old = age(bridge)

        async def is_renewed() -> bool:
            return await served(bridge, copy) not in (first, old) and days_left(await expiry(bridge)) > 88

        seconds = await eventually(is_renewed, 45, "the certificate is not renewed")
        require((await present.command("program", points=[]))["type"] == "ok", "the socket of before is not served")
    require("certificate.pem made, good until" in bridge.log.read_text(), "the log does not say so")
    for trust in (copy, bridge.state / "authority.pem", bridge.certificate):
        await served(bridge, trust)
        await verified(bridge, trust)
    await bridge.program.run(*room)
    return f"renewed after {seconds:.0f} s; a copy of before is good, a socket of before is open"


@case("certificate-of-an-operator", limit=90)
async def operator(bridge: Bridge) -> str:
    """A certificate that an operator puts in place is noticed, a bad one refused in one line, and ours is not made."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer, now = name("Interop root"), datetime.datetime.now(datetime.timezone.utc)
    root = (x509.CertificateBuilder().subject_name(issuer).issuer_name(issuer).public_key(root_key.public_key())
            .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=3_650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage(key_cert_sign=True), critical=True).sign(root_key, hashes.SHA256()))
    trust, ours = bridge.folder / "root.pem", bridge.folder / "ours.pem"
    trust.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    shutil.copy(bridge.certificate, ours)
    theirs = leaf(issuer, root_key, key, range(-60, 10))

    def lines(text: str) -> int:
        return bridge.log.read_text().count(text)

    bridge.certificate.write_bytes(theirs)  # Not with our key: one without the other is of no use.
    await eventually(lambda: lines("certificate not reloaded, the old one stays: ") == 1, 35, "no word on the bad one")
    await served(bridge, ours)
    (bridge.state / "certificate.key").write_bytes(key_text(key))
    bridge.process.send_signal(signal.SIGHUP)
    await eventually(lambda: lines("certificate reloaded") == 1, 5, "the certificate is not reloaded")
    require(await served(bridge, trust) == serial(theirs), "another one is served")

    renewed = leaf(issuer, root_key, key, range(-1, 80))
    bridge.certificate.write_bytes(renewed)
    await eventually(lambda: lines("certificate reloaded") >= 2, 35, "the operator's next one is not noticed")
    require(await served(bridge, trust) == serial(renewed), "the old one is served")
    require(bridge.certificate.read_bytes() == renewed, "the operator's certificate was changed")
    require(lines("certificate not reloaded") == 1, "the bad one was named more than once")
    return "a bad one refused, two read: on SIGHUP and without"
