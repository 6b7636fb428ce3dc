"""allauth's second-factor adapter: what it stores is sealed, and bound to the person it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from allauth.mfa.adapter import DefaultMFAAdapter

from ground.sealing import seal, unseal

_whose: ContextVar[int | None] = ContextVar("whose", default=None)


@contextmanager
def secrets_of(user_id: int) -> Iterator[None]:
    """Within: secrets are sealed for this user's row, and only theirs can be opened."""
    token = _whose.set(user_id)
    try:
        yield
    finally:
        _whose.reset(token)


class Adapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text, place=self._place())

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, place=self._place())

    def _place(self) -> str:
        user_id = _whose.get()
        if user_id is None:
            raise RuntimeError("A second factor's secret is opened for one person: use secrets_of.")
        return f"mfa_authenticator.data.{user_id}"
