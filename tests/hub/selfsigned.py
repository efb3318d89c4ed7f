"""A certificate that nobody trusts, made here: RFC 5280 around an ECDSA signature on P-256 (FIPS 186-5, SEC 1, RFC 5915)."""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
from pathlib import Path

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296, 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)
Point = tuple[int, int] | None


def added(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    slope = (3 * one[0] ** 2 - 3) * pow(2 * one[1], -1, P) if one == other else (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(number: int, point: Point) -> tuple[int, int]:
    found: Point = None
    while number:
        found = added(found, point) if number & 1 else found
        point, number = added(point, point), number >> 1
    assert found is not None
    return found


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (size if len(content) < 128 else bytes([128 + len(size)]) + size) + content


def integer(value: int) -> bytes:
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def pem(label: str, content: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(content).decode()}-----END {label}-----\n"


def certificate() -> tuple[str, str]:
    """A certificate for 127.0.0.1, and its key, as PEM."""
    key = secrets.randbelow(N - 1) + 1
    public = b"\0\4" + b"".join(number.to_bytes(32, "big") for number in times(key, G))
    curve = bytes.fromhex("06082a8648ce3d030107")
    algorithm = der(0x30, bytes.fromhex("06082a8648ce3d040302"))
    name = der(0x30, der(0x31, der(0x30, bytes.fromhex("0603550403"), der(0x0C, b"nobody"))))
    valid = der(0x30, der(0x17, b"200101000000Z"), der(0x17, b"491231235959Z"))
    spki = der(0x30, der(0x30, bytes.fromhex("06072a8648ce3d0201"), curve), der(3, public))
    place = der(0x30, bytes.fromhex("0603551d11"), der(4, der(0x30, der(0x87, bytes([127, 0, 0, 1])))))
    body = der(0x30, der(0xA0, integer(2)), integer(1), algorithm, name, valid, name, spki, der(0xA3, der(0x30, place)))
    nonce = secrets.randbelow(N - 1) + 1
    r = times(nonce, G)[0] % N
    s = pow(nonce, -1, N) * (int.from_bytes(hashlib.sha256(body).digest(), "big") + r * key) % N
    signed = der(0x30, body, algorithm, der(3, b"\0", der(0x30, integer(r), integer(s))))
    private = der(0x30, integer(1), der(4, key.to_bytes(32, "big")), der(0xA0, curve), der(0xA1, der(3, public)))
    return pem("CERTIFICATE", signed), pem("EC PRIVATE" + " KEY", private)


def context(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server shows the certificate with, and the file of the certificate, for whoever shall trust it."""
    shown, key = certificate()
    (folder / "cert.pem").write_text(shown)
    (folder / "key.pem").write_text(key)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return made, folder / "cert.pem"
