"""What outreach shows by itself: in a demo, the candidate's phone."""

from django.conf import settings
from django.urls import URLPattern, path

from outreach import views

demo_urls: list[URLPattern] = [
    path("demo/phone/", views.phones, name="demo_phones"),
    path("demo/phone/<uuid:uuid>/", views.phone, name="demo_phone"),
]
urlpatterns: list[URLPattern] = demo_urls if settings.DEMO else []
