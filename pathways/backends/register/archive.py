"""The directory of a workbook, read before anything is unpacked: what it holds, and what it must not hold."""

import re
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

from pathways.backends.register import limits
from pathways.backends.register.encoding import FileRefused

NESTED = (".zip", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz", ".xlsx", ".xlsm", ".xlsb", ".xls", ".docx", ".jar", ".exe")
ASK_COPY = "Open it in Excel, copy the rows into a new workbook, and send that"


def look_before_unpacking(stream: BinaryIO) -> None:
    """Refuse a workbook that would unpack to too much, or that carries macros, links, archives or entities."""
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            _look_at_sizes(entries)
            for entry in entries:
                _look_at_name(entry)
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
                raise FileRefused("This is not an Excel workbook. Send a CSV or an Excel workbook (.xlsx)")
            for entry in entries:
                if entry.filename.endswith((".xml", ".rels")):
                    _look_for_entities(archive, entry)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, ValueError, OSError) as problem:
        if isinstance(problem, FileRefused):
            raise
        raise FileRefused("The workbook is damaged. Open it in Excel, save it again and send that") from None
    except RuntimeError:  # what zipfile says of an encrypted entry
        raise FileRefused("The workbook is locked with a password. Take the password off and send it again") from None
    finally:
        stream.seek(0)


def _look_at_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > limits.ZIP_ENTRIES:
        raise FileRefused(f"The workbook holds {len(entries):,} parts; at most {limits.ZIP_ENTRIES:,} are read")
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > limits.UNPACKED_BYTES:
        raise FileRefused(f"The workbook unpacks to more than {limits.UNPACKED_BYTES // limits.MEGABYTE} MB. Send it in parts")
    if unpacked > limits.MEGABYTE and unpacked > packed * limits.UNPACK_RATIO:
        raise FileRefused(f"The workbook unpacks to more than {limits.UNPACK_RATIO} times its size, as no register does. {ASK_COPY}")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise FileRefused("The workbook is locked with a password. Take the password off and send it again")


def _look_at_name(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise FileRefused(f"The workbook holds a part that points outside it. {ASK_COPY}")
    lowered = name.casefold()
    if "vbaproject" in lowered or lowered.startswith("xl/macrosheets/"):
        raise FileRefused(f"The workbook holds macros, which are never opened here. {ASK_COPY} as .xlsx")
    if lowered.startswith("xl/externallinks/"):
        raise FileRefused(f"The workbook is linked to other files, which are never opened here. {ASK_COPY}")
    if lowered.endswith(NESTED):
        raise FileRefused(f"The workbook holds another file inside it. {ASK_COPY}")


def _look_for_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with archive.open(entry) as part:
        start = part.read(4096)
    if b"<!" in start and re.search(rb"<!\s*(?:DOCTYPE|ENTITY)", start, re.IGNORECASE):
        raise FileRefused(f"The workbook defines entities, as no register does. {ASK_COPY}")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):  # a declaration could hide behind another encoding
        raise FileRefused(f"The workbook is written in an unusual encoding. {ASK_COPY}")
