"""The addresses of places."""

from django.urls import path

from places import views

urlpatterns = [path("settings/reference/", views.reference, name="reference")]
