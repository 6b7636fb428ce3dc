"""Signing somebody in for a test, past the pages: they are tested by themselves in tests/accounts."""

from django.test import Client

from accounts.middleware import SIGN_IN, WORKING_AT
from accounts.models import SignIn, User
from ground.clock import real_now

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(client: Client, person: User, *, proof: str = SignIn.Proof.SECOND_FACTOR, at: str = "") -> SignIn:
    """Everything after this is asked as this person, who showed a second factor a moment ago.

    `at` chooses between several places: "<organisation id>.staff" or "<organisation id>.employer".
    """
    now = real_now()
    client.force_login(person, backend=BACKEND)
    begun = SignIn.objects.create(
        user=person, proof=proof, proved_at=now if proof == SignIn.Proof.SECOND_FACTOR else None, seen_at=now, created_at=now
    )
    session = client.session
    session[SIGN_IN] = str(begun.uuid)
    if at:
        session[WORKING_AT] = at
    session.save()
    return begun


def signed_in(person: User, **more: str) -> Client:
    """A fresh browser in which this person is signed in."""
    client = Client()
    sign_in(client, person, **more)
    return client
