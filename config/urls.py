"""Every address of the house. An app's addresses are its own; higher floors come first."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

FLOORS = ("analytics", "pathways", "outreach", "employers", "candidates", "accounts", "ground")

urlpatterns: list[URLPattern | URLResolver] = [path("", include(f"{app}.urls")) for app in FLOORS if find_spec(f"{app}.urls")]
