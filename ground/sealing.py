"""Sealed at rest: AES-256-GCM under keys the database never sees, bound to one place, padded so that length tells nothing.

A sealed value reads `<key name>.<base64 of nonce and ciphertext>`. Its place (table.column.row) is authenticated with
it: copied to another row or column it does not open. A wrong key raises; it never shows blanks.
"""

import base64
import binascii
import os
import struct
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, models
from django.db.models.query_utils import DeferredAttribute

from ground.models import KeyProof

BLOCK = 64
NONCE = 12


class CannotOpen(Exception):
    """The value was sealed under a key we lack, moved from its place, or altered."""


def seal(text: str, *, place: str) -> str:
    """Seal under the first key of FIELD_KEYS, for this place only."""
    name, key = next(iter(settings.FIELD_KEYS.items()))
    return _seal_under(name, key, text, place=place)


def _seal_under(name: str, key: bytes, text: str, *, place: str) -> str:
    plain = text.encode()
    framed = struct.pack(">I", len(plain)) + plain
    framed += b"\0" * (-len(framed) % BLOCK)
    nonce = os.urandom(NONCE)
    return f"{name}.{base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, framed, place.encode())).decode()}"


def unseal(sealed: str, *, place: str) -> str:
    """Open a sealed text at its place, or raise CannotOpen."""
    name, _, body = sealed.partition(".")
    key = settings.FIELD_KEYS.get(name)
    if key is None:
        raise CannotOpen("Sealed under a key that is not in FIELD_KEYS.")
    try:
        raw = base64.urlsafe_b64decode(body)
        framed = AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], place.encode())
    except (InvalidTag, binascii.Error, ValueError):
        raise CannotOpen("Wrong key, wrong place, or altered.") from None
    (length,) = struct.unpack(">I", framed[:4])
    return framed[4 : 4 + length].decode()


PROOF = "this key opens what it sealed"


def prove_keys() -> None:
    """Leave a proof of every key in FIELD_KEYS, or raise CannotOpen when one is not the key that its name had before."""
    for name, key in settings.FIELD_KEYS.items():
        KeyProof.objects.get_or_create(name=name, defaults={"proof": _seal_under(name, key, PROOF, place=f"proof.{name}")})
    wrong = wrong_keys()
    if wrong:
        raise CannotOpen(f"FIELD_KEYS holds another key under the name {', '.join(wrong)} than the one this database was sealed with.")


def wrong_keys() -> list[str]:
    """Names in FIELD_KEYS whose key is not the one this database knows by that name."""
    proofs = dict(KeyProof.objects.filter(name__in=settings.FIELD_KEYS).values_list("name", "proof"))
    wrong = []
    for name, proof in proofs.items():
        try:
            unseal(proof, place=f"proof.{name}")
        except CannotOpen:
            wrong.append(name)
    return wrong


def refuse_wrong_keys() -> None:
    """For the start of a process: raises when a key is not the one this database knows; a database that is away is readyz's."""
    try:
        wrong = wrong_keys()
    except DatabaseError:
        return
    finally:
        connection.close()
    if wrong:
        raise ImproperlyConfigured(f"FIELD_KEYS: {', '.join(wrong)} is not the key that this database was sealed with.")


class Sealed:
    """A sealed text as it lies in the database: opened only at its own row."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


class SealedAttribute(DeferredAttribute):
    """Opens the value when somebody reads it from its row."""

    field: "SealedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = unseal(value.text, place=self.field.place(instance))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedTextField(models.TextField):
    """Text sealed for table.column.row. Its model has `uuid`; it is saved through its row, never by update()."""

    descriptor_class = SealedAttribute

    def place(self, instance: models.Model) -> str:
        """Where this value belongs, and nowhere else."""
        return f"{self.model._meta.db_table}.{self.column}.{instance.uuid}"  # type: ignore[attr-defined]

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Sealed) else super().to_python(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        return None if value is None else Sealed(seal(value, place=self.place(model_instance)))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if value is None or isinstance(value, Sealed):
            return self.get_db_prep_value(value, connection=connection, prepared=False)
        raise TypeError("A sealed text is saved through its row: update() does not know which row it seals for.")

    def get_prep_value(self, value: Any) -> Any:
        return value.text if isinstance(value, Sealed) else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Sealed text can be found empty or not; nothing else can be asked of it."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
