"""A device that keeps forms without signal, as the browser's script does it: it can seal, and cannot read."""

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from ground.once import new_once
from pathways.models import KeptForm
from tests.signing_in import signed_in

HERE = "/api/waiting/"
#: The device's own clock, in ms: any number will do.
NOW = 1_790_000_000_000.0
HOUR = 3_600_000.0


@dataclass
class Envelope:
    """What lies on the device: the rest of the queue looks the same."""

    once: str
    kind: str
    key: str
    sealed: bytes


@dataclass
class Device:
    """One user's device; `ahead` is by how many ms its clock is wrong."""

    user: Any
    ahead: float = 0.0
    queue: list[Envelope] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.browser: Client = signed_in(self.user)
        given = self.browser.post("/api/waiting/key/").json()
        self.key, self.public = given["key"], base64.b64decode(given["public"])

    def keep(self, kind: str, path: str, fields: dict[str, str], *, ago: float = 0.0, once: str = "") -> Envelope:
        """Seal a form that was typed `ago` ms ago."""
        kept = Envelope(once or new_once(), kind, self.key, b"")
        words = {"path": path, "fields": list(fields.items()), "at": NOW + self.ahead - ago}
        kept.sealed = seal(json.dumps(words).encode() + b"   ", public=self.public, label=f"{kept.key} {kept.once} {kind}".encode())
        self.queue.append(kept)
        return kept

    def send(self, kept: Envelope, *, as_: Client | None = None, **other: Any) -> tuple[int, str]:
        """Post one envelope; the status, and what the server says of it."""
        body = {"once": kept.once, "kind": kept.kind, "key": kept.key, "now": NOW + self.ahead, "sealed": as_text(kept.sealed), **other}
        answer = (as_ or self.browser).post(HERE, body)
        return answer.status_code, answer.json()["state"] if answer["Content-Type"] == "application/json" else ""


def as_text(sealed: bytes) -> str:
    return base64.b64encode(sealed).decode()


def seal(plain: bytes, *, public: bytes, label: bytes) -> bytes:
    ours = ec.generate_private_key(ec.SECP256R1())
    secret = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    point = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=point, info=b"pathways: a form kept without signal").derive(secret)
    nonce = os.urandom(12)
    return point + nonce + AESGCM(key).encrypt(nonce, plain, label)


def person(first: str, last: str, phone: str = "", **more: str) -> dict[str, str]:
    """The three fields of somebody met."""
    return {"first_name": first, "last_name": last, "phone": phone, "interested": "on" if phone else "", **more}


def note_about(who: str, text: str) -> dict[str, str]:
    return {"who": who, "text": text, "visibility": "team", "blank": "1"}


def came_back(who: object) -> str:
    """Why the only form that waits for somebody came back."""
    return KeptForm.objects.get(user=who, state="to_correct").words.why
