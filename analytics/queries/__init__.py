"""What figures are counted from: read from the log, as at a day and as known by a moment."""
