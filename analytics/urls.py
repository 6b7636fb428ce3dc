"""The board's addresses. Each figure has a twin that ends in .csv."""

from django.urls import path

from analytics.views import board, equality, funnel, retention, wards

urlpatterns = [
    path("board/", board.board, name="board"),
    path("board/funnel/", funnel.funnel_page, name="board_funnel"),
    path("board/funnel.csv", funnel.funnel_file, name="board_funnel_file"),
    path("board/funnel/people/", funnel.funnel_people, name="board_funnel_people"),
    path("board/equality/", equality.equality_page, name="board_equality"),
    path("board/equality.csv", equality.equality_file, name="board_equality_file"),
    path("board/wards/", wards.wards_page, name="board_wards"),
    path("board/wards.csv", wards.wards_file, name="board_wards_file"),
    path("board/retention/", retention.retention_page, name="board_retention"),
    path("board/retention.csv", retention.retention_file, name="board_retention_file"),
    path("board/retention/people/", retention.retention_people, name="board_retention_people"),
]
