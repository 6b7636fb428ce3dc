"""The addresses of a demo, beside those that are always there."""

from config.urls import handler404 as handler404
from config.urls import urlpatterns as usual
from pathways.urls import demo_urls

urlpatterns = [*demo_urls, *usual]
