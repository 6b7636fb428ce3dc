"""Health: for whoever watches the process."""

from django.urls import path

from ground import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("healthz/jobs", views.jobs_health, name="jobs_health"),
]
