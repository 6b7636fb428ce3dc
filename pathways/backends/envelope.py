"""What a device sealed without signal: whoever holds the device can write it, and only the server can open it.

A key pair is made here for each user and device. The public half lies on the device; the private half never leaves the server.
For each form the device makes a key of its own, agrees on a secret with the public half, seals with it and forgets it:
65 bytes of its own public half, 12 of a nonce, then AES-256-GCM, bound to the words that stand beside the envelope in plain.
"""

import base64
import json
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ground.sealing import CannotOpen

CURVE = ec.SECP256R1()
POINT, NONCE = 65, 12
PURPOSE = b"pathways: a form kept without signal"


@dataclass(frozen=True)
class Opened:
    """A form as it was typed: where it would have gone, its fields in order, and when by the device's own clock (ms since 1970)."""

    path: str
    fields: list[tuple[str, str]]
    at: float


def new_pair() -> tuple[str, str]:
    """A fresh key pair as text: the private half, and the public one as a device reads it."""
    private = ec.generate_private_key(CURVE)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return f"{private.private_numbers().private_value:064x}", base64.b64encode(point).decode()


def label_of(*, key: object, once: str, kind: str) -> bytes:
    """What stands beside an envelope in plain and is sealed with it: under another name, kind or key it does not open."""
    return f"{key} {once} {kind}".encode()


def open_envelope(sealed: bytes, *, private: str, label: bytes) -> Opened:
    """The form inside. Raises CannotOpen when it was sealed for another key, changed, or is no form."""
    point, nonce, body = sealed[:POINT], sealed[POINT : POINT + NONCE], sealed[POINT + NONCE :]
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
        secret = ec.derive_private_key(int(private, 16), CURVE).exchange(ec.ECDH(), theirs)
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=point, info=PURPOSE).derive(secret)
        said = json.loads(AESGCM(key).decrypt(nonce, body, label))
        fields = [(str(name), str(value)) for name, value in said["fields"]]
        return Opened(str(said["path"]), fields, float(said["at"]))
    except (InvalidTag, ValueError, KeyError, TypeError, OverflowError):
        raise CannotOpen("Not sealed for this key, or not a form.") from None
