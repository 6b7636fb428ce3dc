"""Every address of the house. An app's addresses are its own; higher floors come first."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

FLOORS = ("analytics", "pathways", "outreach", "employers", "candidates", "places", "accounts", "ground")

urlpatterns: list[URLPattern | URLResolver] = [path("", include(f"{app}.urls")) for app in FLOORS if find_spec(f"{app}.urls")]

handler400 = "ground.views.bad_request"
handler403 = "ground.views.forbidden"
handler404 = "ground.views.not_found"
handler500 = "ground.views.fault"
