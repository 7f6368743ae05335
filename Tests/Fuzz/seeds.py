#!/usr/bin/env python3
"""Writes the seeds that are not text: one small input for each thing that a harness can do.

Tests/Fuzz/seeds.py FOLDER writes FOLDER/<harness>/<name>. Text seeds stand in Corpus, and offers are the fixtures of
Tests/SDPTests; Tests/Fuzz/run puts all of them together.
"""

import pathlib
import struct
import sys
import zlib

COOKIE = 0x2112A442


def piece(data):
    """A piece behind its length, as FuzzInput reads it."""
    return (bytes([len(data)]) if len(data) < 255 else b"\xff" + struct.pack(">H", len(data))) + data


def attribute(kind, value):
    return struct.pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4)


def stun(kind, attributes, fingerprint=True):
    body = b"".join(attributes)
    head = struct.pack(">HHI", kind, len(body) + (8 if fingerprint else 0), COOKIE) + bytes(range(12))
    if not fingerprint:
        return head + body
    checksum = zlib.crc32(head + body) ^ 0x5354554E
    return head + body + attribute(0x8028, struct.pack(">I", checksum))


def rtp(payload, kind=96, extension=b"", profile=0xBEDE, padding=0, ssrc=0x22, csrc=0):
    flags = 0x80 | (0x10 if extension else 0) | (0x20 if padding else 0) | csrc
    block = struct.pack(">HH", profile, len(extension) // 4) + extension if extension else b""
    tail = bytes(padding - 1) + bytes([padding]) if padding else b""
    return struct.pack(">BBHII", flags, kind, 1000, 90000, ssrc) + bytes(4 * csrc) + block + payload + tail


def rtcp(kind, count, body, padding=0):
    body += bytes(padding - 1) + bytes([padding]) if padding else b""
    flags = 0x80 | (0x20 if padding else 0) | count
    return struct.pack(">BBH", flags, kind, len(body) // 4) + body


VP8_KEY = bytes([0x90, 0xF0, 0x81, 0x02, 0x03, 0x45]) + bytes.fromhex("10020 09d012a8002e001".replace(" ", "")) + b"x" * 8
VP8_DELTA = bytes([0x80, 0xE0, 0x12, 0x03, 0x40, 0x01]) + b"y" * 8
SPS = bytes.fromhex("6742e01f") + b"abc"
STAP = bytes([24]) + struct.pack(">H", len(SPS)) + SPS + struct.pack(">H", 3) + bytes([0x68, 1, 2])
FU = bytes([28, 0x85]) + b"z" * 8
ELEMENTS = bytes([0x10, 0x20, 0x40, 0x31, 0xA0, 0x71, 0xB0, 0x71]) + bytes(4)
TWO_BYTE = bytes([1, 1, 0x20, 4, 1, 0x31, 10, 2, 0x71, 0x72]) + bytes(2)

REPORT = struct.pack(">IIIIII", 0x22, 0x01000002, 70000, 9, 0x11112222, 100)
SENDER = struct.pack(">IQIII", 0x22, 0xE8000000_00000000, 90000, 10, 1000)
SDES = struct.pack(">I", 0x22) + bytes([1, 4]) + b"name" + bytes(2)
NACK = struct.pack(">IIHH", 1, 0x60, 65530, 3)


def compounds():
    yield "reports", rtcp(200, 1, SENDER + REPORT) + rtcp(202, 1, SDES)
    yield "receiver", rtcp(201, 2, struct.pack(">I", 1) + REPORT * 2) + rtcp(203, 1, struct.pack(">I", 0x22))
    yield "nack", rtcp(205, 1, NACK) + rtcp(206, 1, struct.pack(">II", 1, 0x60))
    yield "intra", rtcp(206, 4, struct.pack(">IIIBxxx", 1, 0, 0x60, 7))
    yield "estimate", rtcp(206, 15, struct.pack(">II4sII", 1, 0, b"REMB", 0x01084000, 0x22))
    yield "padded", rtcp(207, 0, bytes(8), padding=4)


def packets():
    yield "vp8", rtp(VP8_KEY, extension=ELEMENTS)
    yield "delta", rtp(VP8_DELTA, padding=4, csrc=2)
    yield "h264", rtp(STAP, kind=102, extension=TWO_BYTE, profile=0x1000)
    yield "fragment", rtp(FU, kind=102)
    yield "repair", rtp(struct.pack(">H", 999) + VP8_KEY, kind=97, ssrc=0x23)
    yield "opus", rtp(b"opus", kind=111, extension=bytes([0x10, 0x0F, 0, 0]), ssrc=0x11)


def messages():
    user = attribute(0x0006, b"server01:client01")
    yield "check", stun(0x0001, [user, attribute(0x0024, bytes(4)), attribute(0x0025, b""),
                                 attribute(0x802A, bytes(8)), attribute(0x0008, bytes(20))])
    yield "success", stun(0x0101, [attribute(0x0020, bytes([0, 1]) + bytes(6)), attribute(0x8022, b"soft")])
    yield "six", stun(0x0101, [attribute(0x0020, bytes([0, 2]) + bytes(18))])
    yield "error", stun(0x0111, [attribute(0x0009, bytes([0, 0, 4, 20]) + b"no"), attribute(0x000A, bytes(4))])
    yield "controlled", stun(0x0001, [user, attribute(0x8029, bytes(8)), attribute(0x7777, b"?")], fingerprint=False)


def plane():
    """Steps of MediaPlane: 0 any packet, 2 to 5 one of a stream, 6 and 7 reports, 10 a check, 11 time."""
    key = bytes([3, 1, 0]) + struct.pack(">I", 90000) + piece(VP8_KEY)
    delta = bytes([3, 1, 0x80]) + struct.pack(">I", 93000) + piece(VP8_DELTA)
    voice = bytes([2, 1, 0x10]) + struct.pack(">I", 960) + piece(struct.pack(">HHI", 0xBEDE, 1, 0x10050000) + b"opus")
    screen = bytes([5, 1, 0x80]) + struct.pack(">I", 5000) + piece(STAP)
    repair = bytes([4, 1, 0]) + struct.pack(">I", 90000) + piece(struct.pack(">H", 1002) + VP8_DELTA)
    wait = bytes([11, 100])
    late = bytes([11, 255])
    reports = dict(compounds())
    yield "camera", key + wait + key + delta * 3 + wait + delta
    yield "voice", (voice + bytes([11, 20])) * 12
    yield "screen", screen + wait + screen * 3 + wait
    gap = bytes([3, 4, 0x80]) + struct.pack(">I", 96000) + piece(VP8_DELTA)
    yield "loss", key + wait + key + delta + gap + bytes([12]) * 3 + repair + wait
    yield "feedback", key + wait + key + delta * 2 + bytes([7]) + piece(reports["nack"]) + wait
    yield "intra", key + wait + key + bytes([7]) + piece(reports["intra"]) + wait
    yield "clock", key + wait + bytes([6]) + piece(reports["reports"]) + wait + key + late * 5
    for name, packet in packets():
        yield name, bytes([0, 1]) + piece(packet) + wait + bytes([0, 1]) + piece(packet)
    yield "layers", b"".join(
        bytes([0, 1]) + piece(rtp(VP8_KEY, ssrc=ssrc)) for ssrc in (0x22, 0x24, 0x26)) + wait + key + wait
    yield "path", bytes([10, 0, 0x07]) + struct.pack(">I", 9) + bytes([3]) + key + wait
    yield "commands", key + wait + bytes([13, 0, 2, 1, 0, 14, 0, 13, 1, 1, 13, 2]) + key + bytes([14, 0]) + wait + key
    yield "close", key + wait + bytes([13, 3, 1]) + wait + bytes([13, 3, 2])
    yield "strangers", b"".join(bytes([9]) + piece(m) for _, m in messages()) + bytes([8]) + piece(b"\x16\xfe\xfd") + b"\0"


def transport():
    """Two bytes of handshake, then steps of MediaTransport."""
    good = bytes([6, 0])
    for name, packet in packets():
        yield name, good + bytes([4]) + struct.pack(">H", 1000) + piece(packet)
    for name, compound in compounds():
        yield "rtcp-" + name, good + bytes([5]) + piece(compound)
    for name, message in messages():
        yield "stun-" + name, good + bytes([0]) + piece(message) + bytes([1]) + piece(message) + bytes([2]) + piece(message)
    yield "checks", good + bytes([6, 0x0F]) + bytes(4) + struct.pack(">H", 0x7777) + piece(b"x") + bytes([7, 3]) + bytes(4) + b"\x02"
    yield "early", bytes([1, 0, 0]) + piece(rtp(VP8_KEY)) + bytes([15, 15, 8, 20])
    for fault in range(1, 8):
        yield f"fault{fault}", bytes([7, fault, 0, 13 + fault, 1, 8, 200, 8, 200])
    yield "restart", good + bytes([9, 6, 7]) + bytes(4) + bytes([10, 6, 7]) + bytes(4) + bytes([8, 255, 8, 255])


def srtp():
    for profile in (0, 1):
        for name, packet in packets():
            yield f"{name}{profile}", bytes([profile, 2]) + struct.pack(">Q", 70000) + b"\0" + piece(packet) \
                + bytes([2]) + struct.pack(">Q", 70001) + b"\x90" + piece(packet) + bytes([0]) + piece(packet)
        for name, compound in compounds():
            yield f"rtcp-{name}{profile}", bytes([profile, 3, 0]) + piece(compound) + bytes([3, 0x88]) + piece(compound) \
                + bytes([1]) + piece(compound)


def tokens():
    header = b'{"alg":"ES256","kid":"k","typ":"JWT"}'
    claims = b'{"aud":"diemcau","exp":1900000000,"iat":1790000000,"jti":"t-1","point":"25747","role":"point","room":"r"}'
    yield "signed", b"\1" + piece(header) + claims
    yield "watcher", b"\1" + piece(header) + claims.replace(b'"point":"25747",', b'"receivers":5,').replace(b'"point"', b'"observer"')
    yield "several", b"\1" + piece(header) + claims.replace(b'"diemcau"', b'["a","diemcau"]')
    yield "deep", b"\1" + piece(header.replace(b"}", b',"crit":["x"]}')) + b'{"a":[[[{}]]],"b":"\\u0061"}'
    yield "text", b"\0eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.e30." + b"A" * 86


def rooms():
    root = pathlib.Path(__file__).resolve().parents[2] / "Rooms"
    demo = (root / "demo.yaml").read_bytes()
    yield "demo", piece(demo)
    roster = b"code,name,kind,level,parent\r\n79,\"Trung, t\xc3\xa2m\",central,1,\r\n1,X,commune,3,79\r\n"
    yield "roster", piece(b"id: r\ntitle: T\ncentral: '79'\nroster: r\nprogram: [79]\n") + roster
    yield "semicolons", piece(b"id: r\ntitle: &a T\ncentral: *a\nroster: r\n") + roster.replace(b",", b";")


def frame(first, payload, key=b"\x37\xfa\x21\x3d"):
    """A WebSocket frame; without a key a server's."""
    mask = 0x80 if key else 0
    if len(payload) < 126:
        head = bytes([first, mask | len(payload)])
    else:
        head = bytes([first, mask | 126]) + struct.pack(">H", len(payload))
    covered = bytes(byte ^ key[index % 4] for index, byte in enumerate(payload)) if key else payload
    return head + key + covered


def sockets():
    """A kind and a step, then a client's frames, a server's, frames to be made, or a handshake."""
    text = "Điềm Cầu \N{MUSICAL SYMBOL G CLEF}".encode()
    parts = [(0x01, text[:5]), (0x89, b"p"), (0x00, b""), (0x80, text[5:]), (0x82, bytes(200)), (0x8A, b"")]
    close = (0x88, struct.pack(">H", 1000) + "tạm biệt".encode())
    yield "client", b"\0\5" + b"".join(frame(*part) for part in parts + [close])
    yield "server", b"\1\5" + b"".join(frame(*part, key=b"") for part in parts + [close])
    yield "closing", b"\4\7" + b"".join(frame(*part) for part in parts + [close])
    yield "slow", b"\xf8\0" + b"".join(frame(*part) for part in parts)
    yield "wrong", b"\0\0" + frame(0x81, b"\xed\xa0\x80")
    yield "big", b"\0\x1f" + frame(0x82, bytes(301))
    yield "made", b"\2\3" + b"".join(
        bytes([choice]) + piece(content)
        for choice, content in [(0x80, text), (4, b"x"), (0x81, b""), (1, text), (3, bytes(130)), (6, close[1])])
    packed = zlib.compressobj(wbits=-15)
    packed = packed.compress(text * 9) + packed.flush(zlib.Z_SYNC_FLUSH)
    yield "packed", b"\0\x25" + frame(0xC1, packed[:-4]) + frame(0x41, packed[:9]) + frame(0x80, packed[9:-4])
    yield "packed-server", b"\1\x2f" + frame(0xC1, packed[:-4], key=b"") + frame(0x81, text, key=b"")
    yield "packed-made", b"\2\x23" + b"".join(bytes([choice]) + piece(bytes(250)) for choice in (0x60, 0x63, 0x43))
    yield "offer", b"\3\0" + (
        b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: "
        b"foo; a=\"b\\c\", permessage-deflate; client_max_window_bits; server_max_window_bits=15\r\n\r\n")
    yield "handshake", b"\3\0" + (
        b"GET /v1/rooms/a/socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Protocol: diemcau.v1, diemcau.token.a.b.c\r\n\r\n")


def signalling():
    """Every example of the protocol page."""
    page = pathlib.Path(__file__).resolve().parents[2] / "Sources/Signalling/Signalling.docc/Protocol.md"
    for number, part in enumerate(page.read_text(encoding="utf-8").split("```json\n")[1:]):
        yield f"example{number}", part.split("```")[0].encode()
    yield "escapes", b'{"type":"message","id":1,"to":"all","text":"\\u00e9\\ud83d\\ude00\\n\\/"}'


def control():
    """Steps of Control: the low half of a byte says what, the high half on which connection."""
    def step(what, line=0, data=b""):
        return bytes([line << 4 | what]) + data

    def enter(line, token, flags=0, seq=b""):
        return step(4, line, bytes([token, flags]) + seq)

    def say(line, command, point=0, other=0):
        return step(6, line, bytes([command | point << 5, other]))

    def ask(line, method, path, token, body=b"", flags=0):
        return step(2, line, bytes([method | path << 3, flags]) + piece(body) + bytes([token]))

    def offer(line, token, door=0, flags=0):
        return step(12, line, bytes([token << 2 | door, flags]))

    def later(seconds):
        return step(11, 0, bytes([seconds * 5]))

    room = enter(0, 0) + enter(1, 1) + enter(2, 8) + enter(3, 6)
    live = step(13, 0, b"\0") + step(13, 0, b"\1") + step(13, 0, bytes([5 | 8 | 16])) + step(13, 0, b"\6\7")
    yield "commands", room + b"".join(say(0, command, 1, 2) for command in range(31)) + later(2)
    yield "refused", room + b"".join(say(line, command, 2, 0) + later(1) for line in (1, 2) for command in range(30))
    yield "floor", room + say(1, 0) + say(0, 4, 1) + say(0, 14) + say(0, 6, 1) + say(1, 0) + say(0, 9) + later(3)
    yield "put-out", room + offer(3, 1) + live + say(0, 19, 1) + enter(1, 1) + offer(3, 2) + say(0, 20, 1) + enter(1, 1)
    yield "resumed", room + later(1) + enter(1, 1, 14, b"\0") + step(0, 1) + later(3) + enter(1, 1, 14, b"\4") + later(40)
    yield "taken", room + enter(3, 2) + enter(3, 2, 16) + later(8) + enter(1, 1) + later(31)
    yield "expired", enter(0, 11) + enter(1, 10) + later(10) + say(0, 17) + later(15) + say(1, 0) + enter(1, 10)
    yield "media", offer(0, 1) + live + enter(1, 1, 2) + later(2) + ask(2, 3, 11, 1, b"x", 18) + ask(2, 4, 11, 1)
    yield "doors", offer(0, 1, 1) + offer(1, 1, 2) + offer(2, 8, 2) + offer(3, 8, 2) + live + offer(0, 0) + later(40)
    yield "paths", b"".join(ask(0, method, path, 6) for path in range(32) for method in (0, 1))
    yield "verbs", enter(3, 7) + b"".join(ask(0, 1, path, 0, b'{"point":"p1","all":true}') for path in range(14, 28))
    yield "flood", room + step(7, 1, b"\0\0\x3f") * 5 + step(7, 0, b"\x17\0\x3f") + later(1) + step(7, 1, b"\0\0\x3f")
    yield "slow", room + step(9, 2) + (say(0, 23) * 9 + later(1)) * 3 + step(9, 2) + later(25)
    yield "retired", room + offer(3, 3) + live + step(14, 0, b"\0") + say(1, 31) + say(0, 31) + step(14, 0, b"\x41")
    yield "frames", room + step(8, 1, b"\x80" + piece(b'{"type":"ask",')) + step(8, 1, b"\3\0") \
        + step(8, 1, b"\1" + piece(b'"id":5}')) + step(8, 1, b"\5" + piece(b"\3\xe8"))
    yield "bytes", step(1, 0, piece(b"GET / HTTP/1.1\r\nHost: bridge.test\r\n\r\n" * 3)) + step(1, 1, piece(b"GET / HT\r"))


SEEDS = {
    "STUN": lambda: [(n, b"\0" + m) for n, m in messages()]
    + [("made", bytes([1, 0, 0, 1]) + bytes(12) + b"\0" + bytes(18) + b"\1\0\6" + piece(b"user:name") + b"\1\0\x24" + piece(bytes(4)))],
    "RTP": lambda: [(n, bytes([4, 10, 11, 1]) + p) for n, p in packets()],
    "RTCP": compounds,
    "SRTP": srtp,
    "Token": tokens,
    "Rooms": rooms,
    "Signalling": signalling,
    "MediaTransport": transport,
    "MediaPlane": plane,
    "WebSocket": sockets,
    "Control": control,
}

if __name__ == "__main__":
    for harness, seeds in SEEDS.items():
        folder = pathlib.Path(sys.argv[1]) / harness
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds():
            (folder / name).write_bytes(data)
