"""A square that a phone's camera reads, drawn into the page itself: no picture to load, nothing asked of another host."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def qr_square(address: str, *, called: str) -> SafeString:
    """The address as inline SVG in black on white, with a quiet edge; `called` is what is read out in its place.

    It is as wide as what it stands in. Error correction M: a poster with a corner torn off is still read.
    """
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr__square", lineclass=None
    )
    # What segno draws are paths of its own making: the address is in their shape, not in their words.
    return format_html('<div class="qr" role="img" aria-label="{}">{}</div>', called, mark_safe(drawn))  # noqa: S308
