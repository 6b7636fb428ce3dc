"""Addresses of openings. Closing and filling, which reach people, are served by the floor of the case."""

from django.urls import path

from employers.views import heading

urlpatterns = [
    path("headings/", heading.heading_list, name="headings"),
    path("headings/add/", heading.add_heading, name="add_heading"),
    path("headings/pay/", heading.pay_as_typed, name="pay_as_typed"),
    path("headings/<uuid:uuid>/", heading.heading_page, name="heading"),
    path("headings/<uuid:uuid>/edit/", heading.edit_heading, name="edit_heading"),
    path("headings/<uuid:uuid>/steps/<slug:step>/", heading.take_heading_step, name="heading_step"),
]
