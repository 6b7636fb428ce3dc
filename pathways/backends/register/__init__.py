"""Reading a messy register: from an uploaded file to clean proposals, a reason for every row that cannot go in.

    files.open_register(path, name=...)  -> Book        the file, parsed in a child process with limits
    reading.read_register(book, ...)     -> Reading     people, facts, decisions, rejected and ignored rows

Nothing here writes: what becomes of a reading is for services to say. This file imports nothing, for the child
process starts from it.
"""
