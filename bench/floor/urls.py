"""The product's addresses, and the floor's beside them."""

from django.urls import path

from bench.floor import views
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [
    *product,
    path("floor/list/", views.bare_list),
    path("floor/detail/<int:pk>/", views.bare_detail),
    path("floor/form/", views.bare_form),
    path("floor/search/", views.bare_search),
]
