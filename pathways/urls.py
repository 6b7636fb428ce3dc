"""Addresses of the case and of every page about a person."""

from django.urls import path, re_path

from pathways.views import step

FOLDER = "(?P<folder>pathways|interviews|training-places|introductions|placements|pre-employment-checks|retention-checks)"
UUID = "(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

urlpatterns = [
    re_path(rf"^pathways/{UUID}/steps/(?P<machine>[a-z_]+)\.(?P<step>[a-z_]+)/$", step.make_row, name="make_row"),
    re_path(rf"^{FOLDER}/{UUID}/steps/(?P<step>[a-z_]+)/$", step.take_step, name="take_step"),
    path("changes/<uuid:uuid>/undo/", step.undo, name="undo"),
]
