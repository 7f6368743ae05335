"""What others think of our TLS."""

import asyncio
import datetime
import ipaddress
import os
import signal
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bridge import PACKAGE, Bridge, environment
from harness import Skipped, case, eventually, require

SSLYZE = Path(os.environ.get("DIEMCAU_SSLYZE", PACKAGE / ".build-venv-sslyze" / "bin" / "sslyze"))


def builder(subject: str, issuer: str, key, days: int) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.timezone.utc)
    return (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key)
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=days)))


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def usage(**chosen: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: chosen.get(name, False) for name in names})


def issue(folder: Path) -> Path:
    """Puts a certificate of an authority of our own, as operators have them, in place of the self-made one.

    The authority's own certificate, which clients must know.
    """
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    root = (builder("Interop root", "Interop root", authority.public_key(), 3_650)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(identifier, critical=False).sign(authority, hashes.SHA256()))
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    leaf = (builder("bridge.test", "Interop root", key.public_key(), 90)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("bridge.test"), address]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
            .sign(authority, hashes.SHA256()))
    (folder / "certificate.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / "certificate.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    path = folder.parent / "root.pem"
    path.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    return path


@case("tls-mozilla-intermediate", limit=90)
async def intermediate(bridge: Bridge) -> str:
    """sslyze finds the server as Mozilla's "intermediate" profile wants it, with a certificate like an operator's."""
    if not SSLYZE.exists():
        raise Skipped("no sslyze here: Tests/InteropTests/install")
    root = issue(bridge.state)
    bridge.process.send_signal(signal.SIGHUP)
    await eventually(lambda: "certificate reloaded" in bridge.log.read_text(), 5, "the certificate is not reloaded")
    process = await asyncio.create_subprocess_exec(
        SSLYZE, "--mozilla_config=intermediate", f"--certinfo_ca_file={root}", f"127.0.0.1:{bridge.port}",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env=environment())
    output = (await process.communicate())[0].decode()
    _, _, verdict = output.partition("COMPLIANCE AGAINST")
    lines = [line.strip() for line in verdict.splitlines() if f"127.0.0.1:{bridge.port}" in line or "*" in line]
    require(process.returncode == 0 and "OK - Compliant" in verdict, " ".join(lines) or output[-400:])
    suites = output.count("TLS_ECDHE_ECDSA_WITH_") + output.count("TLS_AES_") + output.count("TLS_CHACHA20_")
    return f"compliant; {suites} cipher suites of TLS 1.2 and 1.3"
