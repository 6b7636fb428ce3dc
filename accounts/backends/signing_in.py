"""allauth's account adapter: its mail goes through our outbox, its address is the configured proxy's, and it makes no users."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.services.mail import queue_mail
from ground.clock import real_now

#: Bits of an IPv6 address that tell one household, or one office, from another.
HOUSEHOLD = 64


def client_address(request: HttpRequest) -> str:
    """Where the request came from: as many proxies back as are configured, not whatever the header claims.

    Of IPv6 the network: whoever has one such address has all that begin so.
    """
    return _network(_sender(request))


def _network(address: str) -> str:
    try:
        given = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(given, IPv4Address):
        return str(given)
    return str(given.ipv4_mapped or ip_network((given, HOUSEHOLD), strict=False))


def _sender(request: HttpRequest) -> str:
    proxies = settings.TRUSTED_PROXIES
    if proxies:
        forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(forwarded) >= proxies:
            return forwarded[-proxies]
    return request.META.get("REMOTE_ADDR", "") or "unknown"


class Adapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Whatever allauth wants to send waits in the outbox like every other e-mail, as words without a link."""
        queue_mail(to=email, kind="accounts/notice", context={"about": template_prefix.rpartition("/")[2]}, at=real_now())

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation alone."""
        return False
