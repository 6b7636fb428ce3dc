"""What a file may be: every limit of reading a register, in one place."""

MEGABYTE = 1024 * 1024

FILE_BYTES = 32 * MEGABYTE  # 100,000 ordinary rows are 25 MB as CSV, 12 MB as XLSX
UNPACKED_BYTES = 256 * MEGABYTE
UNPACK_RATIO = 100
ZIP_ENTRIES = 1_000
SHEETS = 20
ROWS = 100_000
COLUMNS = 100
CELL_CHARACTERS = 10_000

CHILD_MEMORY_BYTES = 512 * MEGABYTE
CHILD_CPU_SECONDS = 60
CHILD_WALL_SECONDS = 120
CHILD_ANSWER_BYTES = 192 * MEGABYTE  # what the child may say back: well over any real register, well under the worker's memory
